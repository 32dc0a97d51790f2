const MARK = '✓ ';

/** Put a mark before the page's title until somebody looks at the page. */
export function markTitleUntilSeen(): void {
  // JupyterLab writes the title anew whenever something in the document changes.
  const observer = new MutationObserver(mark);
  observer.observe(document.head, { childList: true, characterData: true, subtree: true });
  const seen = (): void => {
    if (!document.hidden) {
      document.removeEventListener('visibilitychange', seen);
      observer.disconnect();
      unmark();
    }
  };
  document.addEventListener('visibilitychange', seen);
  mark();
}

function mark(): void {
  if (!document.title.startsWith(MARK)) {
    document.title = MARK + document.title;
  }
}

function unmark(): void {
  if (document.title.startsWith(MARK)) {
    document.title = document.title.slice(MARK.length);
  }
}
