import { lookAhead } from "./app/ahead";

/** Small: the first questions are on their way while the rest is still being fetched. */
lookAhead();
void import("./main");
