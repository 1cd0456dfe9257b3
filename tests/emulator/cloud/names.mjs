// Where the deployment's own look at the portal finds it: a name of CloudFront's means the emulator, which goes by the
// Host, and `fetch` sets that header itself.
import { request } from 'node:http';

const SITE = /^https:\/\/([0-9a-z]+\.cloudfront\.net)/;
const fetch = globalThis.fetch;

globalThis.fetch = (address, options) => {
  const [found, host] = SITE.exec(String(address)) ?? [];
  if (found === undefined) return fetch(address, options);
  const here = String(address).replace(found, process.env.AWS_ENDPOINT_URL);
  return new Promise((resolve, reject) => {
    const asked = request(here, { headers: { host }, signal: options?.signal }, (answer) => {
      answer.resume();
      resolve(new Response(null, { status: answer.statusCode }));
    });
    asked.on('error', reject);
    asked.end();
  });
};
