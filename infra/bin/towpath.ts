/** The CDK app: one stack for each environment of `environments.toml`. */
import { readApp } from '../lib/app.ts';

readApp({
  environments: process.env['TOWPATH_ENVIRONMENTS'],
  package: process.env['TOWPATH_PACKAGE'],
}).synth();
