import { open } from "./open.js";

await open();
