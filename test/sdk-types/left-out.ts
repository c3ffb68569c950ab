/** Names that an official entry exports and ours does not, each with the reason. */
export const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "@restatedev/restate-sdk": {},
  "@restatedev/restate-sdk/node": {},
  "@restatedev/restate-sdk/fetch": {},
  "@restatedev/restate-sdk/lambda": {},
  "@restatedev/restate-sdk-clients": {},
  "@restatedev/restate-sdk-core": {},
};
