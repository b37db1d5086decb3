// Opens <dialog id="x"> from any `data-dialog="x"`; a click on the backdrop and Esc put it away.

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) {
    for (const menu of document.querySelectorAll<HTMLElement>("[popover]:popover-open")) menu.hidePopover();
    dialog.showModal();
  }
}

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest<HTMLElement>("[data-dialog]");
    if (opener?.dataset["dialog"]) {
      event.preventDefault();
      openDialog(opener.dataset["dialog"]);
    } else if (event.target.closest("[data-close-dialog]")) {
      event.target.closest("dialog")?.close();
    } else if (event.target instanceof HTMLDialogElement && isOnBackdrop(event.target, event)) {
      event.target.close();
    }
  });
}

/** A click on the backdrop is reported on the dialog itself, outside its box. Keyboard "clicks" have no place (0, 0). */
function isOnBackdrop(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  if (event.detail === 0) return false;
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
