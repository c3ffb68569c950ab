/** Drawn for this product on a grid of 16, strokes of 1.5. */
const PATHS = {
  overview: "M2.5 8.5 8 3l5.5 5.5M4 7.5V13h8V7.5",
  invocations: "M2.5 4h11M2.5 8h11M2.5 12h7",
  services: "M8 2 13.5 5v6L8 14l-5.5-3V5zM8 8l5.5-3M8 8 2.5 5M8 8v6",
  deployments: "M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01",
  state:
    "M3 4.2C3 3 5.2 2.2 8 2.2s5 .8 5 2-2.2 2-5 2-5-.8-5-2zM3 4.2v7.6c0 1.2 2.2 2 5 2s5-.8 5-2V4.2M3 8c0 1.2 2.2 2 5 2s5-.8 5-2",
  sql: "M2 3h12v10H2zM4.5 6.5l2 1.8-2 1.7M8.5 10.5h3",
  flow: "M3 2.5v11M13 2.5v11M6 4.5h4M6 8h4M6 11.5h4",
  chart: "M3 13.5V9M8 13.5v-11M13 13.5v-7",
  download: "M8 2.5v7M4.8 6.6 8 9.8l3.2-3.2M3 13h10",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8 14 14",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.8.8M11.8 11.8l.8.8M12.6 3.4l-.8.8M4.2 11.8l-.8.8",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z",
  system: "M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3l2 1.5",
  queue: "M3.5 4h9M3.5 8h9M3.5 12h5",
  play: "M5 3.2 12.5 8 5 12.8z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  cancel: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4",
  skull:
    "M4.5 11.5v2h7v-2A4.9 4.9 0 0 0 13 7.8C13 4.8 10.8 2.5 8 2.5S3 4.8 3 7.8a4.9 4.9 0 0 0 1.5 3.7zM6 8h.01M10 8h.01",
  restart: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v2.8h2.8",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  columns: "M3 3h10v10H3zM6.3 3v10M9.7 3v10",
  filter: "M2.5 3.5h11L9.5 8.5v4l-3-1.5v-2.5z",
  chevron: "M6 4l4 4-4 4",
  down: "M4 6l4 4 4-4",
  up: "M8 13V3M4 7l4-4 4 4",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.3a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.2M8 11.2h.01",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  bolt: "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z",
  arrow: "M3 8h10M9 4l4 4-4 4",
  phone: "M3 8h7M7 4.5 10.5 8 7 11.5M13 3v10",
  sleep: "M4 4h5L4 9.5h5M10 8.5h3.5L10 13h3.5",
  signal:
    "M8 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5 11a4.2 4.2 0 0 1 0-6M11 5a4.2 4.2 0 0 1 0 6M2.8 13a7 7 0 0 1 0-10M13.2 3a7 7 0 0 1 0 10",
  step: "M4 2.5h8v11H4zM6.5 6h3M6.5 9h3",
  plus: "M8 3v10M3 8h10",
  alert: "M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.7h.01",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
