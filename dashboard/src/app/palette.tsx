import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { useState } from "react";
import type { Place } from "../api/instance.ts";
import { type Service, services } from "../api/registry.ts";
import { useLive } from "../live/use-live.ts";
import { Icon } from "../ui/icon.tsx";
import { instanceAddress } from "../ui/instance-link.tsx";
import { NAVIGATION } from "./pages.ts";
import { setTheme } from "./theme.ts";

const INVOCATION_ID = /^inv_1[0-9A-Za-z]{20,}$/;

interface PaletteProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** Goes anywhere and does what has no place of its own: pages, services, handlers, an invocation by its id. */
export function Palette({ isOpen, onClose, onHelp }: PaletteProps) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const known = useLive({ key: ["services"], fetch: services, onRegistry: true, enabled: isOpen });
  const wanted = text.trim();
  const place = placeOf(wanted, known.data ?? []);

  function run(what: () => unknown): () => void {
    return () => {
      setText("");
      onClose();
      what();
    };
  }

  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Go anywhere, do anything</Dialog.Title>
          <Command label="Go anywhere, do anything" loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="Go to a page, a service, an invocation id…"
            />
            <Command.List>
              <Command.Empty>
                Nothing of that name. Search all invocations: <kbd>g</kbd> <kbd>i</kbd>, then <kbd>/</kbd>.
              </Command.Empty>
              {INVOCATION_ID.test(wanted) && (
                <Command.Item
                  value={wanted}
                  onSelect={run(() => navigate({ to: "/invocations/$id", params: { id: wanted } }))}
                >
                  <Icon name="arrow" /> Open <code>{wanted}</code>
                </Command.Item>
              )}
              {place !== undefined && (
                <Command.Item value={`instance ${wanted}`} onSelect={run(() => navigate(instanceAddress(place)))}>
                  <Icon name="state" /> State of {place.service} / <code>{place.key}</code>
                </Command.Item>
              )}
              <Command.Group heading="Pages">
                {NAVIGATION.map(({ to, label, icon, key }) => (
                  <Command.Item key={to} value={`page ${label}`} onSelect={run(() => navigate({ to }))}>
                    <Icon name={icon} /> {label}
                    <span className="palette-keys">
                      <kbd>g</kbd> <kbd>{key}</kbd>
                    </span>
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Invocations">
                {(
                  [
                    ["failed", "Failed"],
                    ["backing-off,paused", "Stuck: backing off or paused"],
                    ["running", "Running"],
                    ["suspended", "Suspended"],
                  ] as const
                ).map(([status, label]) => (
                  <Command.Item
                    key={status}
                    value={`invocations ${label}`}
                    onSelect={run(() => navigate({ to: "/invocations", search: { status } }))}
                  >
                    <Icon name="invocations" /> {label}
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Services">
                {known.data?.map(({ name }) => (
                  <Command.Item
                    key={name}
                    value={`service ${name}`}
                    onSelect={run(() => navigate({ to: "/services/$name", params: { name } }))}
                  >
                    <Icon name="services" /> {name}
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Appearance and help">
                <Command.Item value="theme light" onSelect={run(() => setTheme("light"))}>
                  <Icon name="sun" /> Light
                </Command.Item>
                <Command.Item value="theme dark" onSelect={run(() => setTheme("dark"))}>
                  <Icon name="moon" /> Dark
                </Command.Item>
                <Command.Item value="theme system" onSelect={run(() => setTheme("system"))}>
                  <Icon name="system" /> Follow the system
                </Command.Item>
                <Command.Item value="help keys" onSelect={run(onHelp)}>
                  <Icon name="help" /> Keys and statuses
                </Command.Item>
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** `Service/key`, in upper or lower case: the object or workflow. */
function placeOf(text: string, known: readonly Service[]): Place | undefined {
  const slash = text.indexOf("/");
  if (slash < 1 || slash === text.length - 1) return undefined;
  const name = text.slice(0, slash).toLowerCase();
  const service = known.find((one) => one.name.toLowerCase() === name);
  if (service === undefined || service.ty === "Service") return undefined;
  return { service: service.name, key: text.slice(slash + 1) };
}
