// The pictures of Insights. Only these pages load this file; the table below each picture says the same without it.
import { start } from "./start.ts";

start();
