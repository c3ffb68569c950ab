import { Link, linkOptions } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Place } from "../api/instance.ts";

/** Keys that cannot be a step of an address: browsers take `.` and `..` for directions, and the router decodes `%` twice. */
const NO_STEP = /^\.{0,2}$|%/;

/** The address of the page of an object or workflow. */
export function instanceAddress({ service, key, scope }: Place) {
  const scoped = scope === undefined ? {} : { scope };
  return NO_STEP.test(key)
    ? linkOptions({ to: "/state/$service", params: { service }, search: { ...scoped, key } })
    : linkOptions({ to: "/state/$service/$key", params: { service, key }, search: scoped });
}

/** A key for people: an empty one has to be seen too. */
export function shownKey(key: string): string {
  return key === "" ? "“”" : key;
}

export function InstanceLink({ of, children }: { readonly of: Place; readonly children?: ReactNode }) {
  return (
    <Link {...instanceAddress(of)} title={`State, lock and inbox of ${of.service}/${of.key}`}>
      {children ?? <code>{shownKey(of.key)}</code>}
    </Link>
  );
}
