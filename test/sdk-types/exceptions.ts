/*
 * What does not hold between our types and the official ones, as `assignability.ts` words it, with the reason. The
 * test fails on a claim that is refuted and not here, and on one that is here and holds.
 */

const OURS_FITS = "ours fits where official is asked for";
const OFFICIAL_FITS = "official fits where ours is asked for";

const nominal =
  "The official class has a private member, and only the class that declares it can have it. Options made by the official SDK fit our clients; the other way round they do not, nor would its clients know them at run time.";
const takesNominal =
  "Its methods ask for the official options, which only the official class satisfies (see Opts and SendOpts). Contexts as a whole fit all the same, see sdk/core/interop.ts.";
const inferred =
  "A generic function that infers the handlers from a mapped type; the compiler does not unify two of those. programs/ shows that both infer the same, and ServiceOpts, ObjectOpts and WorkflowOpts fit both ways.";
const marker =
  "Ours have a member for the compiler only, which tells options of calls from those of sends as the private member of the official classes does.";

type Exceptions = Readonly<Record<string, string>>;

const sdk: Exceptions = {
  [`Opts<…>: ${OURS_FITS}`]: nominal,
  [`typeof Opts: ${OURS_FITS}`]: nominal,
  [`SendOpts<…>: ${OURS_FITS}`]: nominal,
  [`typeof SendOpts: ${OURS_FITS}`]: nominal,
  [`typeof rpc: ${OURS_FITS}`]: nominal,
  [`typeof rpc.opts: ${OURS_FITS}`]: nominal,
  [`typeof rpc.sendOpts: ${OURS_FITS}`]: nominal,
  "Opts<…>: same keys": marker,
  "SendOpts<…>: same keys": marker,
  [`Client<…>: ${OFFICIAL_FITS}`]: takesNominal,
  [`ClientFromDescriptors<…>: ${OFFICIAL_FITS}`]: takesNominal,
  [`SendClient<…>: ${OFFICIAL_FITS}`]: takesNominal,
  [`SendClientFromDescriptors<…>: ${OFFICIAL_FITS}`]: takesNominal,
  [`typeof service: ${OURS_FITS}`]: inferred,
  [`typeof service: ${OFFICIAL_FITS}`]: inferred,
  [`typeof object: ${OURS_FITS}`]: inferred,
  [`typeof object: ${OFFICIAL_FITS}`]: inferred,
  [`typeof workflow: ${OURS_FITS}`]: inferred,
  [`typeof workflow: ${OFFICIAL_FITS}`]: inferred,
};

/** By the official entry. */
export const exceptions: Readonly<Record<string, Exceptions>> = {
  "@restatedev/restate-sdk": sdk,
  "@restatedev/restate-sdk/node": sdk,
  "@restatedev/restate-sdk/fetch": sdk,
  "@restatedev/restate-sdk/lambda": sdk,
};
