// Where the deployment's own look at the portal finds it: the HTTP API's name in AWS means the emulator.
const API = /^https:\/\/([0-9a-f]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com/;
const fetch = globalThis.fetch;

globalThis.fetch = (address, options) => {
  const here = (_, api) => `${process.env.AWS_ENDPOINT_URL}/_aws/execute-api/${api}/$default`;
  return fetch(String(address).replace(API, here), options);
};
