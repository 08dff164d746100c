// Keeps what is not the site itself out of search engines: the function that CloudFront runs before an answer of a
// page leaves (viewer response), and only where the template has a domain for previews.
//
// In: the answer, and the host that was asked for. Out: the answer; with `x-robots-tag: noindex` unless the host is the
// canonical one. Runtime: cloudfront-js-2.0. infra/template.yml holds the same text.
import cf from 'cloudfront';

const store = cf.kvs();

async function handler(event) {
  const response = event.response;
  const host = event.request.headers.host ? event.request.headers.host.value.toLowerCase() : '';
  let canonical = '';
  try {
    canonical = await store.get('host');
  } catch (error) {
    canonical = ''; // not set yet: nothing is the site itself
  }
  if (host !== canonical) {
    response.headers['x-robots-tag'] = { value: 'noindex' };
  }
  return response;
}
