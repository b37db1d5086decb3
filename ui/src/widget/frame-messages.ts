// What the site's page and the chat's frame say to each other. Both check who speaks: the window and its origin.

/** From the site's page to the frame. */
export type ToFrame =
  | { tertulia: "hello"; open: boolean; focus: boolean; identity: string | null }
  | { tertulia: "open" | "close"; focus: boolean };

/** From the frame to the site's page. */
export type FromFrame = { tertulia: "ready" | "close" | "talked" } | { tertulia: "unread"; count: number };
