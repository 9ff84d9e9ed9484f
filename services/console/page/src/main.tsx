/** The page's beginning: it follows the swarm that its console serves and draws what it learns. */
import { render } from "preact";
import { App } from "./app.tsx";
import { createConsoleClient } from "./feed/console-client.ts";
import { createSwarmFeed } from "./feed/swarm-feed.ts";
import "./page.css";

const client = createConsoleClient();
const feed = createSwarmFeed(client);
const place = document.querySelector("#page");
if (place !== null) render(<App feed={feed} client={client} />, place);
feed.start();
