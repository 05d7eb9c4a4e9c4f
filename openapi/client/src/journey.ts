// What a page of the holder's does first: sign in, find the open call, list its own dossiers.
// Run: npm run build && node dist/journey.js http://127.0.0.1:8000 EMAIL PASSWORD
import { canevas } from "./client.js";

const [baseUrl, email, password] = process.argv.slice(2);
if (!baseUrl || !email || !password) throw new Error("usage: journey.js BASE_URL EMAIL PASSWORD");

let accessToken: string | undefined;
const api = canevas(baseUrl, () => accessToken);

const session = await api.POST("/directory/v1/sessions", { body: { email, password } });
if (!session.data) throw new Error(session.error?.title ?? "no session");
accessToken = session.data.access_token;

const campaigns = await api.GET("/programming/v1/campaigns", { params: { query: { status: "open" } } });
const dossiers = await api.GET("/programming/v1/dossiers", { params: { query: { limit: 5 } } });
if (!campaigns.data || !dossiers.data) throw new Error("the lists did not come");

console.log(
  JSON.stringify({
    campaigns: campaigns.data.items.map((campaign) => campaign.title),
    dossiers: dossiers.data.items.map((dossier) => ({ title: dossier.title, status: dossier.status_label })),
  }),
);
