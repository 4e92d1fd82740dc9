#!/usr/bin/env bash
# Installs lockstep: downloads the archive and holds it against its checksum, or compiles the source of this action.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

here=$(cd "$(dirname "$0")" && pwd)
releases=${LOCKSTEP_RELEASES:-https://github.com/lockstep-lint/lockstep/releases/download}
suffix=
if [ "${RUNNER_OS:-}" = Windows ]; then suffix=.exe; fi

download() {
  local work file sum name
  work=$(mktemp -d "$temp/lockstep-XXXXXX")
  file=$work/$ARCHIVE
  curl --fail --silent --show-error --location --proto '=https,file' --retry 3 --retry-delay 2 \
    --output "$file" "$releases/v$VERSION/$ARCHIVE" \
    || fail 'lockstep: not downloaded' "$releases/v$VERSION/$ARCHIVE cannot be fetched"
  sum=$(sha256 "$file")
  if [ "$sum" != "$CHECKSUM" ]; then
    fail 'lockstep: wrong checksum' "$ARCHIVE has the checksum $sum, and not $CHECKSUM: it is not what was released, and is not run"
  fi
  case $ARCHIVE in
    *.zip) unzip -q "$file" -d "$work" ;;
    *) tar -xzf "$file" -C "$work" ;;
  esac
  mkdir -p "$FOLDER/bin"
  # Into its place by renaming, so that another job on this machine never finds half of it.
  name=${ARCHIVE%.zip}
  mv -f "$work/${name%.tar.gz}/lockstep$suffix" "$FOLDER/bin/lockstep$suffix"
  rm -rf "$work"
}

compile() {
  command -v cargo >/dev/null \
    || fail 'lockstep: nothing to install' "there is no binary of version $VERSION for this machine, and no cargo to compile it: install a Rust toolchain in a step before this one"
  # From its own checkout: in the workspace cargo would obey the toolchain and the settings of whoever uses the action.
  (cd "$here/.." && CARGO_TARGET_DIR="$temp/lockstep-target" cargo install --locked --quiet --path "$PWD/crates/cli" --root "$FOLDER")
}

case $SOURCE in
  given) lockstep=$INPUT_BINARY ;;
  *)
    lockstep=$FOLDER/bin/lockstep$suffix
    if [ ! -x "$lockstep" ]; then
      if [ "$SOURCE" = release ]; then download; else compile; fi
    fi
    ;;
esac
"$lockstep" --version || fail 'lockstep: it does not run' "$lockstep cannot be run here"
output lockstep "$lockstep"
