# For the scripts that measure or compare with other programs: each in a Python environment of its own, installed from PyPI into
# ENGINES (default: a cache folder of the user).
engines=${ENGINES:-${XDG_CACHE_HOME:-$HOME/.cache}/aku-engines}

# install NAME REQUIREMENT…: once; an installation that was cut short is begun anew.
install() {
    [ -e "$engines/$1/ready" ] && return
    echo "==> Installing ${*:2} in $engines/$1"
    mkdir -p "$engines"
    if command -v uv >/dev/null; then
        uv venv --quiet --clear "$engines/$1" && VIRTUAL_ENV="$engines/$1" uv pip install --quiet "${@:2}"
    else
        python3 -m venv --clear "$engines/$1" && "$engines/$1/bin/pip" install --quiet "${@:2}"
    fi
    touch "$engines/$1/ready"
}
