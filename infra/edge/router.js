// Where a request goes: the function that CloudFront runs before its cache (viewer request).
//
// In: the request, and the KeyValueStore that the release tool writes. Out: the request with the key of an object, a
// redirect, or "not here yet". It decides nothing by a visitor's cookie, address or language.
//
//   /assets/site.0123456789.css     as it is: its name holds its content
//   /x/  and  /x/page.html          /releases/<release>/x/index.html  and  /releases/<release>/x/page.html
//   /x   and  /x/index.html         301 to /x/
//   another host of ours            301 to the canonical one; pr-12.preview.… shows the release of preview/pr-12
//   anything no page can be called  /releases/<release>/-/none, which is not there: one 404 page, one place in the cache
//
// `x-release` shows a hidden release to whoever holds the word in the store (`x-release-key`), before the switch.
// Runtime: cloudfront-js-2.0, at most 10,240 bytes. infra/template.yml holds the same text; `microsite infra check`
// compares them.
import cf from 'cloudfront';

const store = cf.kvs();
// A release: time, then eight letters of the digest of its files.
const RELEASE = /^[0-9]{8}t[0-9]{6}z-[0-9a-f]{8}$/;
// Names that hold a check of their content (as in src/microsite/serve/headers.py); records of the search (r.N) do not.
const HASHED = /^\/(assets|search)\/(?!r\.)(.+\/)?[^/]+\.[0-9a-f]{8,64}\.[a-z0-9]+$/;
// What the site calls its files, and escapes for letters of other languages. No "//", no dot at a segment's start, no
// backslash; %2e, %2f, %5c and control characters have no honest use in an address of ours.
const PLAIN = /^(\/\.well-known)?(\/[A-Za-z0-9_~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%-]*)*\/?$/;
const TRICK = /%(0|1|2[ef]|5c|7f)|%(?![0-9a-f]{2})/i;
const LONGEST = 1024;
// The distribution adds its headers to what comes from an origin; an answer made here brings the one that matters.
const SECURE = { value: 'max-age=63072000; includeSubDomains; preload' };

// Each `await` stands alone: the runtime knows it as a statement's value, not inside an expression.
async function read(key) {
  let value = '';
  try {
    value = await store.get(key);
  } catch (error) {
    value = ''; // not there
  }
  return value;
}

function header(request, name) {
  return request.headers[name] ? request.headers[name].value : '';
}

// The query as it came, for a redirect; what could end a header line or is too long is left out.
function query(request) {
  const parts = [];
  for (const name in request.querystring) {
    const one = request.querystring[name];
    (one.multiValue || [one]).forEach((each) => parts.push(each.value === '' ? name : name + '=' + each.value));
  }
  const text = parts.join('&');
  return text && text.length <= LONGEST && /^[!-~]+$/.test(text) ? '?' + text : '';
}

// To our own host only: `location` is never put together from anything but a host of ours and a path with one slash.
function redirect(host, path, request) {
  return {
    statusCode: 301,
    statusDescription: 'Moved Permanently',
    headers: {
      'strict-transport-security': SECURE,
      location: { value: (host ? 'https://' + host : '') + path + query(request) },
      'cache-control': { value: 'public, max-age=300' },
    },
  };
}

function notYet() {
  return {
    statusCode: 503,
    statusDescription: 'Service Unavailable',
    headers: {
      'strict-transport-security': SECURE,
      'content-type': { value: 'text/plain; charset=utf-8' },
      'cache-control': { value: 'no-store' },
      'retry-after': { value: '60' },
    },
    body: 'This site is being set up. Please come back in a few minutes.\n',
  };
}

// The release that a request may see, and the host that its redirects go to.
async function place(request) {
  const shown = header(request, 'host').toLowerCase().split(':')[0].replace(/\.$/, '');
  const host = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(shown) ? shown : '';
  const asked = header(request, 'x-release');
  const word = header(request, 'x-release-key');
  delete request.headers['x-release'];
  delete request.headers['x-release-key'];
  if (word && RELEASE.test(asked)) {
    const verify = await read('verify');
    if (verify === word) {
      return { host: host, release: asked, moved: false };
    }
  }
  const canonical = await read('host');
  const moved = canonical !== '' && host !== canonical;
  if (moved) {
    const preview = await read('preview/' + host.split('.')[0]);
    if (preview) {
      return { host: host, release: preview, moved: false };
    }
  }
  const live = await read('release');
  return { host: canonical || host, release: live, moved: moved };
}

async function handler(event) {
  const request = event.request;
  const uri = request.uri || '/';
  const at = await place(request);
  if (!RELEASE.test(at.release)) {
    return notYet();
  }
  const none = '/releases/' + at.release + '/-/none';
  if (uri.length > LONGEST || !PLAIN.test(uri) || TRICK.test(uri)) {
    request.uri = none;
    return request;
  }
  if (HASHED.test(uri) && !at.moved) {
    return request;
  }
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  let path = uri;
  if (name === 'index.html') {
    path = uri.slice(0, -name.length);
  } else if (name && name.indexOf('.') < 0) {
    path = uri + '/';
  }
  if (path.length <= 500) { // a key has 512 bytes at most
    const target = await read('redirect/' + path);
    // A path of ours: "//host" and "/\host" would lead away.
    if (/^\/(?![\/\\])[!-~]*$/.test(target) && target !== uri) {
      return redirect(at.host, target, request);
    }
  }
  if (at.moved || path !== uri) {
    return redirect(at.host, path, request);
  }
  request.uri = '/releases/' + at.release + (name ? uri : uri + 'index.html');
  return request;
}
