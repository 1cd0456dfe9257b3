/** Stand-ins for what a build fetches and calls: a server with archives, and programs that leave what the real ones leave. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FLUTTER = `#!/usr/bin/env bash
echo "flutter $*" >> "$CALLS"
case "$1 $2" in
  'test --file-reporter')
    echo '{"type":"done"}' > "\${3#json:}"
    [ -z "\${TESTS_FAIL:-}" ] ;;
  'build apk')
    mkdir -p build/app/outputs/flutter-apk build/app/outputs/mapping/release build/symbols
    case "$*" in
      *--split-per-abi*)
        for abi in arm64-v8a armeabi-v7a x86_64; do echo $abi > build/app/outputs/flutter-apk/app-$abi-release.apk; done ;;
      *) echo all > build/app/outputs/flutter-apk/app-release.apk ;;
    esac
    echo 'a -> b' > build/app/outputs/mapping/release/mapping.txt
    echo symbols > build/symbols/app.android-arm64.symbols ;;
  'build web') mkdir -p build/web && echo '<html>' > build/web/index.html ;;
esac
`;

const DART = `#!/usr/bin/env bash
echo "dart $*" >> "$CALLS"
case "$*" in
  *tojunit*) echo '<testsuites/>' > "\${@: -1}" ;;
esac
`;

const NPX = `#!/usr/bin/env bash
echo "npx $*" >> "$CALLS"
while [ $# -gt 0 ]; do
  if [ "$1" = --output ]; then echo '{"bomFormat":"CycloneDX"}' > "$2"; fi
  shift
done
`;

const GIT = `#!/usr/bin/env bash
echo "git $*" >> "$CALLS"
`;

const SDKMANAGER = `#!/usr/bin/env bash
read -r answer
echo "sdkmanager $* $answer" >> "$CALLS"
`;

export interface Tools {
  /** Where the app is. */
  readonly app: string;
  /** What the buildspec's variables must be. */
  readonly variables: Record<string, string>;
  /** The programs that were called, with their arguments. */
  calls(): string[];
  close(): void;
}

/** Makes an app, the archives of its tools, and a server that hands them out. */
export async function tools(): Promise<Tools> {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-flutter-'));
  const at = (path: string) => join(folder, path);
  const program = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
    chmodSync(at(path), 0o755);
  };
  program('flutter/bin/flutter', FLUTTER);
  program('flutter/bin/dart', DART);
  program('cmdline-tools/bin/sdkmanager', SDKMANAGER);
  program('bin/npx', NPX);
  program('bin/git', GIT);
  const flutter =
    'served/flutter_infra_release/releases/stable/linux/flutter_linux_9.9.9-stable.tar.xz';
  const android = 'served/android/commandlinetools-linux-1_latest.zip';
  for (const archive of [flutter, android]) mkdirSync(dirname(at(archive)), { recursive: true });
  execFileSync('tar', ['-cJf', at(flutter), '-C', folder, 'flutter']);
  execFileSync('python3', ['-m', 'zipfile', '-c', at(android), 'cmdline-tools'], { cwd: folder });
  for (const path of ['app/android/app', 'app/web']) mkdirSync(at(path), { recursive: true });
  const server = await serve(at('served'));
  return {
    app: at('app'),
    variables: {
      PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      CALLS: at('calls'),
      TOOLCHAIN: at('toolchain'),
      FLUTTER_STORAGE_BASE_URL: server.address,
      FLUTTER_VERSION: '9.9.9',
      FLUTTER_SHA256: sha256(at(flutter)),
      ANDROID_REPOSITORY: `${server.address}/android`,
      ANDROID_TOOLS: '1',
      ANDROID_TOOLS_SHA256: sha256(at(android)),
      CODEBUILD_BUILD_NUMBER: '41',
    },
    calls: () => readFileSync(at('calls'), 'utf8').trim().split('\n'),
    close: () => {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** A server in a process of its own: the tests wait for the build without looking up. */
async function serve(folder: string): Promise<{ address: string; close: () => void }> {
  const process_ = spawn(
    'python3',
    ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', folder],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const address = await new Promise<string>((resolve, reject) => {
    process_.once('error', reject);
    process_.once('exit', () => {
      reject(new Error('the server ended'));
    });
    process_.stdout.once('data', (line: Buffer) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString());
      if (found) resolve(found[0]);
      else reject(new Error(`the server says ${line.toString()}`));
    });
  });
  return {
    address,
    close: () => {
      process_.kill();
    },
  };
}
