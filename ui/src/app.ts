// Everything on the page works without this file; it makes it quicker and keeps it live.
import "./htmx.ts";
import "./elements/time.ts";
import "./elements/composer.ts";
import "./elements/undo.ts";
import "./elements/upload.ts";
import "./elements/mailframe.ts";
import { startCopying } from "./elements/copy.ts";
import { startDialogs } from "./elements/dialog.ts";
import { startHere } from "./elements/here.ts";
import { startHotkeys } from "./elements/hotkeys.ts";
import { startKeys } from "./elements/keys.ts";
import { startLive } from "./elements/live.ts";
import { startForms } from "./elements/forms.ts";
import { startSession } from "./elements/session.ts";
import { startScrollKeeping } from "./elements/scroll.ts";
import { startUnread } from "./elements/unread.ts";

startSession();
startScrollKeeping();
startCopying();
startDialogs();
startHotkeys();
startKeys();
startLive();
startHere();
startForms();
startUnread();
