// Talks to the REST interface this page comes from; the token stays in this tab.

const KEY = 'weft-admin-token';

export class Unauthorized extends Error {}

export function setToken(token) {
  sessionStorage.setItem(KEY, token);
}

function headers(more = {}) {
  const token = sessionStorage.getItem(KEY);
  return token ? { ...more, authorization: `Bearer ${token}` } : more;
}

async function checked(response) {
  if (response.status === 401) {
    sessionStorage.removeItem(KEY);
    throw new Unauthorized('the token is missing or wrong');
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `HTTP ${response.status}`);
  }
  return response;
}

export async function get(path) {
  const options = { headers: headers(), signal: AbortSignal.timeout(10_000) };
  return (await checked(await fetch(path, options))).json();
}

/** Reads server-sent events until the stream ends; EventSource cannot send a token. */
export async function watch(path, onEvent) {
  const response = await checked(await fetch(path, { headers: headers({ accept: 'text/event-stream' }) }));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    text += value;
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '));
      if (data) {
        onEvent(JSON.parse(data.slice(6)));
      }
    }
  }
}
