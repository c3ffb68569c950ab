import "./styles/index.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AdminError } from "./api/admin.ts";
import { router } from "./app/router.tsx";
import { retryWhenLive } from "./live/use-live.ts";

/** The feed says when an answer is old, so age alone never makes it so. */
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: "always",
      retry: (failures, error) => error instanceof AdminError && error.status === 0 && failures < 3,
      retryDelay: 300,
    },
    mutations: { networkMode: "always" },
  },
});
retryWhenLive(client);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
