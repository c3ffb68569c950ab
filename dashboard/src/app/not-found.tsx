import { Link } from "@tanstack/react-router";
import { Empty } from "../ui/states.tsx";
import { modKey } from "./keyboard.ts";

export function NotFound() {
  return (
    <Empty icon="search" title="There is no such page">
      <p>
        The address may be of another version. <Link to="/">Go to the overview</Link>, or press <kbd>{modKey} K</kbd> to
        search.
      </p>
    </Empty>
  );
}
