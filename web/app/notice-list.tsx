import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { dismiss, noticeMs, notices, type Notice } from '../state/notices.ts';
import { useStore } from '../state/store.ts';

/** What has happened, read out as it comes. */
export function NoticeList(): JSX.Element {
  const shown = useStore(notices);
  return (
    <div class="notices" role="status" aria-live="polite">
      {shown.map((notice) => (
        <NoticeItem key={notice.id} {...notice} />
      ))}
    </div>
  );
}

function NoticeItem({ id, tone, text, hint, undo }: Notice): JSX.Element {
  useEffect(() => {
    // A failure stays until it has been seen.
    if (tone === 'failed') return undefined;
    const timer = setTimeout(() => dismiss(id), noticeMs);
    return () => clearTimeout(timer);
  }, [id, tone]);
  return (
    <div class={`notice ${tone}`}>
      <Icon name={tone === 'done' ? 'check' : 'warning'} />
      <div>
        <p>{text}</p>
        {hint !== undefined && <p class="quiet">{hint}</p>}
      </div>
      {undo !== undefined && (
        <button
          type="button"
          class="button"
          onClick={() => {
            dismiss(id);
            undo();
          }}
        >
          Undo
        </button>
      )}
      <button type="button" class="button round" aria-label="Dismiss" onClick={() => dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
