// What the site's page and the chat's frame say to each other. Both check who speaks: the window and its origin.

/** From the site's page to the frame. */
export type ToFrame =
  | { tertulia: "hello"; open: boolean; focus: boolean; identity: string | null; kept: Kept }
  | { tertulia: "open" | "close"; focus: boolean };

/**
 * From the frame to the site's page. `keep`: where the browser gives embedded pages no storage, the site's own holds what
 * must outlast the page; null takes it away.
 */
export type FromFrame =
  | { tertulia: "ready" | "close" | "talked" }
  | { tertulia: "unread"; count: number }
  | { tertulia: "keep"; name: string; value: string | null };

export type Kept = Record<string, string>;
