// A typed client of the platform: paths, bodies and answers are those of the published contract.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./platform.js";

export type { components, paths };
export type Problem = components["schemas"]["Problem"];

/** `token()` gives the current access token, or nothing for public reads. */
export function canevas(baseUrl: string, token?: () => string | undefined): Client<paths> {
  const client = createClient<paths>({ baseUrl });
  client.use({
    onRequest({ request }) {
      const bearer = token?.();
      if (bearer) request.headers.set("Authorization", `Bearer ${bearer}`);
      if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      return request;
    },
  });
  return client;
}
