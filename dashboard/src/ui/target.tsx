interface TargetParts {
  readonly target_service_name: string;
  readonly target_service_key?: string;
  readonly target_handler_name: string;
}

/** `Service / key / handler`: the handler, which tells most, in full; the key gives way first. */
export function Target({ of }: { readonly of: TargetParts }) {
  const { target_service_name: service, target_service_key: key, target_handler_name: handler } = of;
  return (
    <span className="target" title={[service, ...(key === undefined ? [] : [key]), handler].join("/")}>
      <span className="target-service">{service}</span>
      {key !== undefined && (
        <>
          <span className="target-slash">/</span>
          <code className="target-key">{key === "" ? "“”" : key}</code>
        </>
      )}
      <span className="target-slash">/</span>
      <span className="target-handler">{handler}</span>
    </span>
  );
}
