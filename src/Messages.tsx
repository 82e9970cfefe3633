import { recover, sessionStore, startRun, useSession } from './state/index.ts';
import { Button } from './ui/index.ts';

/** What went wrong, with the way on; and what the page's address asked for in vain. */
export function Messages() {
  const error = useSession((state) => state.error);
  const notices = useSession((state) => state.notices);
  const isLost = useSession((state) => state.status === 'lost');
  const hasRun = useSession((state) => state.run !== null);
  return (
    <div className="app-messages">
      {notices.map((notice) => (
        <div key={notice} className="app-message" role="status">
          <p>{notice}</p>
          <Button
            onClick={() => sessionStore.setState({ notices: notices.filter((each) => each !== notice) })}
          >
            Dismiss
          </Button>
        </div>
      ))}
      {error && (
        <div className="app-message" data-tone="error" role="alert" data-testid="error">
          <p>
            <strong>⚠ {error.where}:</strong> {error.message} {error.suggestion}
          </p>
          {isLost && (
            <Button variant="primary" onClick={recover}>
              Go on from the checkpoint
            </Button>
          )}
          {error.fatal && <Button onClick={() => location.reload()}>Reload the page</Button>}
          {!error.fatal && !hasRun && <Button onClick={loadAgain}>Try again</Button>}
          {!error.fatal && !isLost && (
            <Button onClick={() => sessionStore.setState({ error: null })}>Dismiss</Button>
          )}
        </div>
      )}
    </div>
  );
}

/** What Setup shows, anew: the run did not come about. */
function loadAgain(): void {
  sessionStore.setState({ error: null });
  startRun(false);
}
