import { useEffect, useRef } from "react";

/** What every field is told. */
export interface FieldProps<T> {
  readonly id: string;
  readonly label: string;
  readonly value: T | undefined;
  readonly onChange: (value: unknown) => void;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  readonly problem: string | undefined;
  readonly onBroken: (isBroken: boolean) => void;
}

/** Tells the form while `isBroken`, also when the field goes away. */
export function useBroken(isBroken: boolean, onBroken: (isBroken: boolean) => void): void {
  const tell = useRef(onBroken);
  tell.current = onBroken;
  useEffect(() => {
    if (!isBroken) return;
    tell.current(true);
    return () => tell.current(false);
  }, [isBroken]);
}
