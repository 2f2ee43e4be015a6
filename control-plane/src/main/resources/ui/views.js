// Draws state as elements. Text only ever goes in as text: nothing from the mesh can become markup.

const SVG = 'http://www.w3.org/2000/svg';

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  return element;
}

const put = (id, children) => document.getElementById(id).replaceChildren(...children);
const rate = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
const percent = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(2)} %` : '–');
const millis = (value) => (value === null || value === undefined ? '–' : `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ms`);
const state = (tone, text) => el('span', { class: 'state', 'data-state': tone }, text);

function ago(instant) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(instant)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(instant).toLocaleDateString();
}

function spark(samples) {
  const width = 170;
  const height = 30;
  const top = Math.max(1, ...samples);
  const step = width / 59;
  const start = width - step * Math.max(0, samples.length - 1);
  const points = samples.map((value, i) => `${(start + i * step).toFixed(1)},${(height - 2 - (value / top) * (height - 5)).toFixed(1)}`);
  const chart = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'requests per second, last minute' });
  if (points.length > 1) {
    chart.append(
      svg('polygon', { class: 'area', points: `${start.toFixed(1)},${height} ${points.join(' ')} ${width},${height}` }),
      svg('polyline', { class: 'line', points: points.join(' ') }),
    );
  }
  return chart;
}

function empty(columns, text) {
  return el('tr', {}, el('td', { class: 'empty', colspan: columns }, text));
}

export function totals(model) {
  const connected = model.proxies.filter((proxy) => proxy.connected).length;
  const refusing = model.proxies.filter((proxy) => proxy.refusals.length > 0).length;
  const behind = model.proxies.filter((proxy) => proxy.connected && proxy.revision !== model.revision).length;
  const requests = model.traffic.reduce((sum, item) => sum + item.requestsPerSecond, 0);
  const errors = model.traffic.reduce((sum, item) => sum + item.errorsPerSecond, 0);
  const tile = (label, value, hint, tone = '') =>
    el('div', { class: 'tile', 'data-tone': tone },
      el('div', { class: 'label' }, label),
      el('div', { class: 'value' }, value),
      el('div', { class: 'hint' }, hint));
  put('totals', [
    tile('Requests per second', rate(requests), `${rate(errors)} failing`),
    tile('Errors', percent(errors, requests), 'of all requests', errors > 0 && errors / requests > 0.01 ? 'bad' : ''),
    tile('Services', String(model.services.length), `${model.traffic.length} with traffic`),
    tile('Sidecars', String(connected), refusing > 0 ? `${refusing} refusing configuration` : `of ${model.proxies.length} known`, refusing > 0 ? 'bad' : ''),
    tile('Revision', String(model.revision), behind > 0 ? `not yet on ${behind} of ${connected}` : 'active everywhere'),
  ]);
}

export function services(model) {
  const traffic = new Map(model.traffic.map((item) => [`${item.namespace}/${item.name}`, item]));
  const rows = model.services.map((service) => {
    const { namespace, name } = service.metadata;
    const key = `${namespace}/${name}`;
    const seen = traffic.get(key);
    const instances = model.proxies.filter((proxy) => proxy.connected && proxy.namespace === namespace && proxy.service === name).length;
    const failing = seen !== undefined && seen.errorsPerSecond > 0;
    return el('tr', {},
      el('td', {}, el('span', { class: 'name' }, name), el('span', { class: 'soft' }, `.${namespace}`)),
      el('td', {}, service.spec.ports.map((port) => el('span', { class: 'tag' }, `${port.name} ${port.port} ${port.protocol}`))),
      el('td', { class: 'number' }, String(instances)),
      el('td', { class: 'number' }, seen ? rate(seen.requestsPerSecond) : '–'),
      el('td', { class: 'chart' }, spark(model.samples.get(key) ?? [])),
      el('td', { class: failing ? 'number bad' : 'number' }, seen ? percent(seen.errorsPerSecond, seen.requestsPerSecond) : '–'),
      el('td', { class: 'number' }, seen ? millis(seen.p50Millis) : '–'),
      el('td', { class: 'number' }, seen ? millis(seen.p99Millis) : '–'));
  });
  put('services', rows.length > 0 ? rows : [empty(8, 'No service is declared yet. Try: weft apply -f services.yaml')]);
}

function proxyState(proxy, revision) {
  if (!proxy.connected) return state('bad', `gone ${ago(proxy.since)}`);
  if (proxy.refusals.length > 0) return state('bad', `refuses ${proxy.refusals.length}`);
  return proxy.revision === revision ? state('good', 'up to date') : state('wait', 'updating');
}

export function proxies(model) {
  const rows = model.proxies.map((proxy) => {
    const instance = proxy.id.split('~').slice(3).join('~') || proxy.id;
    return el('tr', {},
      el('td', {},
        el('div', { title: proxy.id }, el('span', { class: 'name' }, proxy.service), el('span', { class: 'soft' }, `.${proxy.namespace} `), el('code', { class: 'soft' }, instance.slice(0, 12))),
        Object.entries(proxy.labels).map(([name, value]) => el('span', { class: 'tag' }, `${name}=${value}`)),
        proxy.refusals.map((refusal) => el('div', { class: 'refusal' }, `${refusal.type.split('.').pop()} ${refusal.resource}: ${refusal.reason}`))),
      el('td', {}, el('code', {}, `${proxy.address}:${proxy.inboundPort}`)),
      el('td', { class: 'soft' }, proxy.node),
      el('td', { class: 'number' }, proxy.revision === null ? '–' : String(proxy.revision)),
      el('td', {}, proxyState(proxy, model.revision)));
  });
  put('proxies', rows.length > 0 ? rows : [empty(5, 'No sidecar has connected yet. Try: weft token create --service NS/NAME')]);
}

export function nodes(model) {
  put('nodes', model.nodes.map((node) =>
    el('li', {},
      el('div', {}, el('span', { class: 'name' }, node.name), node.self ? el('span', { class: 'soft' }, ' this node') : null,
        el('div', { class: 'soft' }, `REST ${node.httpAddress} · xDS ${node.xdsAddress}`)),
      node.alive ? state('good', node.member || node.self ? 'member' : 'alive') : state('bad', `silent since ${ago(node.seenAt)}`))));
}

/** Keeps what is open open: a revision never changes once it is drawn. */
export function revisions(model, loadDiff) {
  const list = document.getElementById('revisions');
  const drawn = new Map([...list.children].map((item) => [item.dataset.revision, item]));
  list.replaceChildren(...model.revisions.map((revision) => {
    const item = drawn.get(String(revision.revision)) ?? revisionItem(revision, loadDiff);
    item.querySelector('.when').textContent = ago(revision.at);
    return item;
  }));
  if (model.revisions.length === 0) {
    list.replaceChildren(el('li', { class: 'soft' }, 'Nothing has been applied yet.'));
  }
}

function revisionItem(revision, loadDiff) {
  const details = el('details', {},
    el('summary', {},
      el('span', { class: 'tag' }, String(revision.revision)),
      el('span', {}, `${revision.cause} · ${revision.changes} ${revision.changes === 1 ? 'resource' : 'resources'}`),
      el('span', { class: 'soft' }, revision.author),
      el('span', { class: 'soft when' })));
  details.addEventListener('toggle', async () => {
    if (!details.open || details.dataset.loaded) return;
    details.dataset.loaded = 'yes';
    try {
      const diff = await loadDiff(revision.revision);
      details.append(...diff.changes.flatMap((change) => [
        el('div', { class: 'change' }, el('span', { class: change.action === 'deleted' ? 'bad' : 'soft' }, change.action), el('span', {}, `${change.kind} ${change.namespace}/${change.name}`)),
        el('pre', {}, el('code', {}, JSON.stringify((change.after ?? change.before).spec, null, 2))),
      ]));
    } catch (error) {
      delete details.dataset.loaded;
      details.append(el('div', { class: 'refusal' }, error.message));
    }
  });
  return el('li', { 'data-revision': String(revision.revision) }, details);
}

export function link(tone, text) {
  const element = document.getElementById('link');
  element.dataset.state = tone;
  element.textContent = text;
}
