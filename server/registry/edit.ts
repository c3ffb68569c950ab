import type { Handler, Service, ServiceEdit } from "./types.ts";

/**
 * A service as changed over the admin API. What a handler sets itself stays its own, and a handler that hides itself
 * stays hidden in a public service.
 */
export function edited(service: Service, edit: ServiceEdit): Service {
  const { isPublic: wanted, ...settings } = edit;
  const isPublic = wanted ?? service.isPublic;
  const handlers = [...service.handlers.values()].map((handler): [string, Handler] => {
    const { given } = handler;
    return [
      handler.name,
      {
        ...handler,
        ...settings,
        ...(given.inactivityTimeoutMs === undefined ? {} : { inactivityTimeoutMs: handler.inactivityTimeoutMs }),
        ...(given.abortTimeoutMs === undefined ? {} : { abortTimeoutMs: handler.abortTimeoutMs }),
        ...(given.idempotencyRetentionMs === undefined
          ? {}
          : { idempotencyRetentionMs: handler.idempotencyRetentionMs }),
        ...(given.journalRetentionMs === undefined ? {} : { journalRetentionMs: handler.journalRetentionMs }),
        isPublic: wanted === undefined ? handler.isPublic : isPublic && (given.isPublic ?? true),
      },
    ];
  });
  return {
    ...service,
    isPublic,
    settings: { ...service.settings, ...settings },
    given: { ...service.given, ...settings },
    handlers: new Map(handlers),
  };
}
