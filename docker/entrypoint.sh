#!/bin/sh
# What the container does with its arguments:
#   none          serve the app on port 8501
#   key=value …   run one selection from the command line, then end
#   --help        print every option
# Each way ends in exec, so that stop signals reach Python and not this shell.
set -eu

INPUT=/home/input_dir
OUTPUT=${SEQSEL_OUTPUT_ROOT:-/home/output_dir}
DATA=${SEQSEL_DATA_DIR:-/home/seqsel/data}

# The container cannot choose who owns a mounted folder: say how to make the two agree.
explain_unwritable() {
    cat >&2 <<TEXT
$1 cannot be written by this container's user $(id -u):$(id -g).
Start it as the owner of the mounted folder: docker run --user "\$(id -u):\$(id -g)" ...
or give the folder to this user: sudo chown $(id -u):$(id -g) FOLDER
TEXT
}

# Downloaded weights and compiled functions: beside the data, a folder for each user, since
# numba ends with an error where the folder that it is given belongs to another one.
cache=$DATA/cache-$(id -u)
if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
    cache=$(mktemp -d)
fi
export XDG_CACHE_HOME="$cache" MPLCONFIGDIR="$cache/matplotlib" NUMBA_CACHE_DIR="$cache/numba"

if [ $# -eq 0 ]; then
    [ -w "$OUTPUT" ] || explain_unwritable "$OUTPUT"
    # 0.0.0.0 is every address inside the container; which of the host's addresses lead
    # here is what `docker run -p` says: so the app is told that without sign-in, too, it may
    # listen there (SEQSEL_OPEN=0 takes that back). Without a server address Streamlit would
    # ask a service on the internet for one to print.
    export SEQSEL_OPEN="${SEQSEL_OPEN:-1}"
    exec python -m pages.ui.serve \
        --server.address=0.0.0.0 --server.port=8501 --browser.serverAddress=localhost
fi

input_given=
output_given=
for argument in "$@"; do
    case $argument in
        -h | --help) exec python -m seqsel_core --help ;;
        input_dir=*) input_given=yes ;;
        output_dir=*) output_given=yes ;;
    esac
done

if [ -z "$output_given" ]; then
    if [ ! -w "$OUTPUT" ]; then
        explain_unwritable "$OUTPUT"
        exit 1
    fi
    set -- "output_dir=$OUTPUT" "$@"
fi
if [ -z "$input_given" ]; then
    set -- "input_dir=$INPUT" "$@"
fi
exec python -m seqsel_core "$@"
