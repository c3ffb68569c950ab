import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { admin } from "../../api/admin.ts";
import { addressOf, type Deployment, type DeploymentDetail, type Service } from "../../api/registry.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { ConfirmDialog } from "../../ui/dialog-confirm.tsx";
import { plural } from "../../ui/format.ts";
import { headerProblem, headersOf, headersText } from "../../ui/headers.ts";
import { HeadersField } from "../../ui/headers-field.tsx";
import { Failure } from "../../ui/states.tsx";
import { toast } from "../../ui/toasts.tsx";
import { changesOf, type ServiceChange } from "./preview.ts";
import { Preview } from "./preview-view.tsx";
import { afterRemoval, type StandingOf } from "./standing.ts";

interface Known {
  readonly deployments: readonly Deployment[];
  readonly services: readonly Service[];
}

interface Fields {
  readonly uri: string;
  readonly headers: string;
  readonly isHttp1: boolean;
}

interface Found {
  readonly changes: readonly ServiceChange[];
  readonly note?: string;
}

/** The form that registering and updating have in common. Every change of a field makes the preview old. */
function DeploymentForm(props: {
  readonly initial: Fields;
  readonly verb: string;
  readonly choices: (change: () => void) => ReactNode;
  /** Sends it. @returns what would change, for a dry run */
  readonly send: (fields: Fields, isDryRun: boolean) => Promise<Found | undefined>;
  readonly onClose: () => void;
}) {
  const { initial, verb, choices, send, onClose } = props;
  const client = useQueryClient();
  const [fields, setFields] = useState(initial);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);
  const isReady = !isBusy && fields.uri.trim() !== "" && headerProblem(fields.headers) === undefined;
  /** Counts what makes a preview old, also one that is on its way. */
  const changes = useRef(0);
  const forget = () => {
    changes.current++;
    setFound(undefined);
  };
  const change = (part: Partial<Fields>) => {
    setFields({ ...fields, ...part });
    forget();
  };

  async function run(isDryRun: boolean): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    const before = changes.current;
    try {
      const answer = await send(fields, isDryRun);
      if (changes.current === before) setFound(answer);
      if (isDryRun) return;
      await client.invalidateQueries();
      onClose();
    } catch (refused) {
      setFound(undefined);
      setError(refused as Error);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void run(false);
      }}
    >
      <label className="form-field">
        Address
        <input
          value={fields.uri}
          onChange={(event) => change({ uri: event.target.value })}
          spellCheck={false}
          inputMode="url"
        />
      </label>
      {choices(forget)}
      <label className="form-check">
        <input
          type="checkbox"
          checked={fields.isHttp1}
          onChange={(event) => change({ isHttp1: event.target.checked })}
        />
        Use HTTP/1.1
      </label>
      {/* Closed at first: what they say may be a password. */}
      <details>
        <summary>Headers of every request to it{namesOf(initial.headers)}</summary>
        <HeadersField value={fields.headers} onChange={(headers) => change({ headers })} />
      </details>
      {found !== undefined && <Preview {...found} />}
      {error !== undefined && <Failure error={error} />}
      <footer className="dialog-foot">
        <button type="button" className="button" disabled={!isReady} onClick={() => void run(true)}>
          Look first
        </button>
        <button type="submit" className="button primary" disabled={!isReady}>
          {verb}
        </button>
      </footer>
    </form>
  );
}

/** Which headers there are, without what they say. */
function namesOf(headers: string): string {
  const all = headersOf(headers).map(([name]) => name);
  return all.length === 0 ? "" : ` (${all.join(", ")}; open to see what they say)`;
}

const names = (services: readonly { readonly name: string }[]): string => services.map(({ name }) => name).join(", ");

export function RegisterDialog({ deployments, services, onClose }: Known & { readonly onClose: () => void }) {
  const [isForced, setIsForced] = useState(false);
  const [isBreaking, setIsBreaking] = useState(false);

  async function send({ uri, headers, isHttp1 }: Fields, isDryRun: boolean): Promise<Found | undefined> {
    const body = {
      ...{ uri: uri.trim(), force: isForced, breaking: isBreaking, use_http_11: isHttp1, dry_run: isDryRun },
      ...(headers.trim() === "" ? {} : { additional_headers: Object.fromEntries(headersOf(headers)) }),
    };
    const answer = await admin<DeploymentDetail>("/deployments", { method: "POST", body });
    const known = deployments.find(({ id }) => id === answer.id);
    if (!isDryRun) {
      const isUnchanged = known !== undefined && !isForced;
      toast(
        "good",
        isUnchanged ? "It was registered already: nothing has changed" : `Registered: ${names(answer.services)}`,
      );
      return undefined;
    }
    if (known === undefined) return { changes: changesOf(answer.services, services, []) };
    if (!isForced) {
      const note = `This address is registered already, as ${known.id}: nothing changes unless you replace it.`;
      return { changes: answer.services.map(({ name, revision }) => unchanged(name, revision)), note };
    }
    const note = `Replaces ${known.id}: invocations that have begun on it go on with the new code.`;
    return {
      changes: changesOf(
        answer.services,
        services,
        known.services.map(({ name }) => name),
      ),
      note,
    };
  }

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Register a deployment"
      description={
        <p>
          The server asks this address which services it has. “Look first” shows what would change, and changes nothing.
        </p>
      }
    >
      <DeploymentForm
        initial={{ uri: "http://localhost:9080", headers: "", isHttp1: false }}
        verb="Register"
        {...{ send, onClose }}
        choices={(change) => (
          <>
            <Check
              label="Replace what is registered at this address"
              isChecked={isForced}
              onChange={(next) => {
                setIsForced(next);
                change();
              }}
            />
            <Check
              label="Accept breaking changes: a service may become another kind"
              isChecked={isBreaking}
              onChange={(next) => {
                setIsBreaking(next);
                change();
              }}
            />
          </>
        )}
      />
    </Dialog>
  );
}

function unchanged(name: string, revision: number): ServiceChange {
  return { name, kind: "same", before: revision, after: revision, details: [] };
}

interface UpdateProps {
  readonly deployment: Deployment;
  readonly pinned: number;
  readonly onClose: () => void;
}

/** Another address, or other code, for what has begun on a deployment. */
export function UpdateDialog({ deployment, pinned, onClose }: UpdateProps) {
  const [overwrites, setOverwrites] = useState(false);
  const before = { uri: addressOf(deployment), headers: headersText(deployment.additional_headers ?? {}) };

  async function send({ uri, headers, isHttp1 }: Fields, isDryRun: boolean): Promise<Found | undefined> {
    const body = {
      ...{ uri: uri.trim(), overwrite: overwrites, use_http_11: isHttp1, dry_run: isDryRun },
      additional_headers: Object.fromEntries(headersOf(headers)),
    };
    const path = `/deployments/${deployment.id}`;
    const known = isDryRun ? await admin<DeploymentDetail>(path) : undefined;
    const answer = await admin<DeploymentDetail>(path, { method: "PATCH", body });
    if (known === undefined) {
      toast("good", `Updated ${deployment.id}`);
      return undefined;
    }
    const changes = changesOf(
      answer.services,
      known.services,
      known.services.map(({ name }) => name),
    );
    return overwrites
      ? { changes }
      : { changes, note: "The endpoint answers. What is registered stays as it is; only where it is called changes." };
  }

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Update this deployment"
      description={
        <p>
          <code>{deployment.id}</code> keeps its id and the revisions of its services, so that{" "}
          {pinned === 0 ? "what begins on it" : plural(pinned, "unfinished invocation")} goes on at the new address. New
          code has to continue the journals that the old one has written.
        </p>
      }
    >
      <DeploymentForm
        initial={{ ...before, isHttp1: deployment.http_version === "HTTP/1.1" }}
        verb="Update"
        {...{ send, onClose }}
        choices={(change) => (
          <Check
            label="Take over what it serves now, whatever that breaks"
            isChecked={overwrites}
            onChange={(next) => {
              setOverwrites(next);
              change();
            }}
          />
        )}
      />
    </Dialog>
  );
}

function Check(props: {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}) {
  return (
    <label className="form-check">
      <input type="checkbox" checked={props.isChecked} onChange={(event) => props.onChange(event.target.checked)} />
      {props.label}
    </label>
  );
}

interface RemoveProps extends Known {
  readonly deployment: Deployment;
  readonly of: StandingOf;
  readonly onClose: () => void;
}

/** Removes it. What still needs it has to be given up expressly. */
export function RemoveDialog({ deployment, of, deployments, services, onClose }: RemoveProps) {
  const client = useQueryClient();
  const [isSure, setIsSure] = useState(false);
  const { gone, back } = afterRemoval(deployment.id, services, deployments);
  const isSafe = of.standing === "drained";
  return (
    <ConfirmDialog
      title="Remove this deployment?"
      verb="Remove"
      isDestructive
      isDisabled={!isSafe && !isSure}
      description={
        <>
          <p>
            <code>{addressOf(deployment)}</code> will not be called any more.
          </p>
          {isSafe && <p>Nothing needs it: it is drained.</p>}
          {of.pinned > 0 && (
            <p>
              {plural(of.pinned, "unfinished invocation")} can then only go on when somebody resumes it on another
              deployment.
            </p>
          )}
          {gone.length > 0 && <p>Nobody serves {gone.join(", ")} then.</p>}
          {back.length > 0 && (
            <p>
              New invocations go back to an older revision:{" "}
              {back.map((one) => `${one.name} ${one.revision}`).join(", ")}.
            </p>
          )}
        </>
      }
      onConfirm={async () => {
        await admin(`/deployments/${deployment.id}?force=true`, { method: "DELETE" });
        await client.invalidateQueries();
        toast("good", `Removed ${deployment.id}`);
      }}
      onClose={onClose}
    >
      {!isSafe && <Check label="Remove it all the same" isChecked={isSure} onChange={setIsSure} />}
    </ConfirmDialog>
  );
}
