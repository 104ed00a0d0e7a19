# Sourced by hone, test and benchmarks/compare: builds a project when its sources changed, and says nothing otherwise.
# The caller sets `root` (the repository, an absolute path) and `program` (its own name, for messages).
# Afterwards `dotnet` holds the SDK's command.
# shellcheck shell=sh disable=SC2154

fail() {
    printf '%s: %s\n' "$program" "$1" >&2
    exit 1
}

find_dotnet() {
    for dotnet in "$(command -v dotnet || :)" "${DOTNET_ROOT:-}/dotnet" "${HOME:-}/.dotnet/dotnet"; do
        if [ -x "$dotnet" ]; then
            return
        fi
    done
    fail "the .NET SDK 10 is needed and 'dotnet' is not on the PATH; install it from https://dotnet.microsoft.com/download/dotnet/10.0 (Debian, Ubuntu: apt-get install dotnet-sdk-10.0)"
}

# global.json states which SDKs will do; `dotnet --version` fails when none of the installed ones does.
require_sdk() {
    if ! (cd "$root" && "$dotnet" --version >/dev/null 2>&1); then
        found=$("$dotnet" --list-sdks 2>/dev/null | sed 's/ .*//' | tr '\n' ' ' | sed 's/ $//' || :)
        fail "the .NET SDK 10 is needed, installed: ${found:-only a runtime}; install it from https://dotnet.microsoft.com/download/dotnet/10.0 (Debian, Ubuntu: apt-get install dotnet-sdk-10.0)"
    fi
}

# is_fresh STAMP OUTPUT FOLDER...: nothing that the build reads is newer than the stamp.
# An added or deleted file changes its folder; a file moved in with an old date changes its own status time,
# which -cnewer sees (a find without -cnewer, as in busybox, compares the dates alone).
is_fresh() {
    stamp=$1
    output=$2
    shift 2
    [ -e "$stamp" ] && [ -e "$output" ] || return 1
    for file in "$root"/Directory.* "$root/global.json" "$root/.editorconfig" "$root/BannedSymbols.txt"; do
        if [ -e "$file" ]; then
            set -- "$@" "$file"
        fi
    done
    newer=$(find "$@" \( -newer "$stamp" -o -cnewer "$stamp" \) 2>/dev/null) || newer=$(find "$@" -newer "$stamp")
    [ -z "$newer" ]
}

# One build at a time: projects share their intermediate files. flock lets go by itself when a build is killed;
# where it is missing (macOS), a folder does it and a dead owner's folder is taken away.
lock_builds() {
    lock=$root/artifacts/once/lock
    if command -v flock >/dev/null; then
        exec 9>"$lock"
        flock 9
    else
        until mkdir "$lock.d" 2>/dev/null; do
            owner=$(cat "$lock.d/owner" 2>/dev/null || :)
            if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
                rm -rf "$lock.d"
            else
                sleep 1
            fi
        done
        trap 'rm -rf "$lock.d"' EXIT
        echo $$ >"$lock.d/owner"
    fi
}

unlock_builds() {
    if [ -d "$lock.d" ]; then
        rm -rf "$lock.d"
        trap - EXIT
    else
        exec 9>&-
    fi
}

# build_once TARGET OUTPUT FOLDER...: builds TARGET (a project or the solution, relative to the repository) in Release
# unless OUTPUT exists and the FOLDERs did not change since. Returns 1 after printing the errors of a failed build.
build_once() {
    target=$1
    product=$root/$2
    shift 2
    for folder; do
        shift
        set -- "$@" "$root/$folder"
    done
    own=$root/artifacts/once/${target##*/}.stamp
    whole=$root/artifacts/once/Hone.slnx.stamp
    find_dotnet
    if is_fresh "$own" "$product" "$@" || is_fresh "$whole" "$product" "$@"; then
        return 0
    fi

    require_sdk
    mkdir -p "$root/artifacts/once" || fail "cannot write to $root/artifacts; make it writable"
    lock_builds
    built=0
    if ! is_fresh "$own" "$product" "$@" && ! is_fresh "$whole" "$product" "$@"; then
        if [ -t 2 ]; then
            printf '%s: building %s (only after a change)\n' "$program" "$target" >&2
        fi
        log=${own%.stamp}.log
        : >"$own.pending" # dated before the build reads its first file: an edit during the build counts as new
        if DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 "$dotnet" build "$root/$target" --configuration Release \
            --nologo --verbosity quiet -nodeReuse:false </dev/null >"$log" 2>&1 9>&-; then
            mv "$own.pending" "$own"
        else
            built=1
            printf '%s: building %s failed:\n' "$program" "$target" >&2
            errors=$(grep -E '(: | )error( [A-Z]+[0-9]+)?:|^error' "$log" | sed -e "s|^ *$root/||" -e 's| \[[^]]*proj\(::[^]]*\)\{0,1\}\]$||' | sort -u | head -n 20)
            printf '%s\n' "${errors:-$(tail -n 20 "$log")}" | sed 's/^/  /' >&2
            printf '  (everything it said: %s)\n' "${log#"$root/"}" >&2
        fi
    fi
    unlock_builds
    return $built
}
