// Keeps a model of the mesh: configuration by events, the rest by polling while the page is seen.

import { get, setToken, Unauthorized, watch } from './api.js';
import * as views from './views.js';

const SECOND = 1000;
const SAMPLES = 60;
const PAGE = 1000;

const model = { revision: 0, services: [], proxies: [], traffic: [], nodes: [], revisions: [], samples: new Map() };

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

async function loadConfiguration() {
  const [services, revisions] = await Promise.all([
    get(`/api/v1/resources/services?limit=${PAGE}`),
    get('/api/v1/revisions?limit=12'),
  ]);
  model.revision = services.revision;
  model.services = services.items;
  model.revisions = revisions.items;
  views.revisions(model, (revision) => get(`/api/v1/revisions/${revision}/diff`));
}

async function loadMesh() {
  const [proxies, traffic, nodes] = await Promise.all([
    get(`/api/v1/proxies?limit=${PAGE}`),
    get('/api/v1/traffic'),
    get('/api/v1/nodes'),
  ]);
  model.proxies = proxies.items;
  model.traffic = traffic.items;
  model.nodes = nodes.items;
  const rates = new Map(traffic.items.map((item) => [`${item.namespace}/${item.name}`, item.requestsPerSecond]));
  for (const { metadata } of model.services) {
    const key = `${metadata.namespace}/${metadata.name}`;
    const samples = model.samples.get(key) ?? [];
    model.samples.set(key, [...samples, rates.get(key) ?? 0].slice(-SAMPLES));
  }
}

function draw() {
  views.totals(model);
  views.services(model);
  views.proxies(model);
  views.nodes(model);
}

let asking = null;

/** Shows the token form, once for all who need it, and resolves when a token was entered. */
function askForToken() {
  asking ??= new Promise((resolve) => {
    const form = document.getElementById('login');
    document.getElementById('main').hidden = true;
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      setToken(document.getElementById('token').value.trim());
      form.hidden = true;
      document.getElementById('main').hidden = false;
      asking = null;
      resolve();
    }, { once: true });
  });
  return asking;
}

async function recover(error) {
  if (error instanceof Unauthorized) {
    views.link('bad', 'token needed');
    document.getElementById('login-error').textContent = error.message;
    await askForToken();
    return;
  }
  views.link('bad', `no answer: ${error.message}`);
  await pause(2 * SECOND);
}

/** Every event of the stream, its opening one too, means: read the configuration again. */
async function follow() {
  for (;;) {
    try {
      let dirty = false;
      let loading = false;
      await watch('/api/v1/watch', async () => {
        dirty = true;
        if (loading) return;
        loading = true;
        while (dirty) {
          dirty = false;
          await loadConfiguration().then(draw).catch(() => {});
        }
        loading = false;
      });
      await pause(SECOND);
    } catch (error) {
      await recover(error);
    }
  }
}

async function poll() {
  for (;;) {
    try {
      if (!document.hidden) {
        await loadMesh();
        draw();
        views.link('good', 'live');
      }
      await pause(SECOND);
    } catch (error) {
      await recover(error);
    }
  }
}

poll();
follow();
