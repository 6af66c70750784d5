#!/bin/sh
# Tells whether this machine can set the project up: check_toolchain.sh [PYTHON]
#
# Wanted are Python 3.11 to 3.13 with venv, a C compiler and Python's headers: durable-rules comes as source.
# Exit 0 if all is there; else 1, with one message in English and Chinese that says what to install.

python=${1:-python3}
newline='
'

stop() { # stop ENGLISH CHINESE
    printf 'Set-up stopped: %s\n无法继续：%s\n' "$1" "$2" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 || stop \
    "'$python' was not found. Install Python 3.11 to 3.13 (Debian, Ubuntu: apt-get install python3 python3-venv python3-dev), or name one: make PYTHON=/path/to/python3" \
    "找不到 $python。请安装 Python 3.11 至 3.13（Debian、Ubuntu：apt-get install python3 python3-venv python3-dev），或指定路径：make PYTHON=/path/to/python3"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || stop \
    "'$python' does not run." \
    "$python 无法运行。"

case $version in
3.11 | 3.12 | 3.13) ;;
*)
    stop \
        "'$python' is Python $version; 3.11, 3.12 or 3.13 is needed. Install one and name it, for example: make PYTHON=python3.11" \
        "$python 是 Python $version，需要 3.11、3.12 或 3.13。请安装后指定，例如：make PYTHON=python3.11"
    ;;
esac

"$python" -c 'import venv, ensurepip' 2>/dev/null || stop \
    "'$python' has no venv. Install it (Debian, Ubuntu: apt-get install python3-venv)." \
    "$python 没有 venv 模块，请安装（Debian、Ubuntu：apt-get install python3-venv）。"

# The compiler that Python's own build tools will call, and the headers they will look for.
compiler=${CC:-$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("CC") or "cc")')}
headers=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
install="Debian, Ubuntu: apt-get install gcc libc6-dev python3-dev; Fedora: dnf install gcc python3-devel; macOS: xcode-select --install"
install_zh="Debian、Ubuntu：apt-get install gcc libc6-dev python3-dev；Fedora：dnf install gcc python3-devel；macOS：xcode-select --install"

command -v "${compiler%% *}" >/dev/null 2>&1 || stop \
    "there is no C compiler (${compiler%% *}), and durable-rules has to be compiled. Install one ($install), then run make again." \
    "缺少 C 编译器（${compiler%% *}），而 durable-rules 需要编译。请安装（$install_zh），然后重新运行 make。"

trial=$(mktemp -d) || exit 1
trap 'rm -rf "$trial"' EXIT
compiles() { # compiles SOURCE
    printf '%s\n' "$1" >"$trial/trial.c"
    # The compiler may be several words, such as "gcc -pthread".
    # shellcheck disable=SC2086
    $compiler -I"$headers" -c "$trial/trial.c" -o "$trial/trial.o" >/dev/null 2>&1
}

compiles "#include <stdio.h>${newline}int main(void) { return puts(\"\"); }" || stop \
    "the C compiler (${compiler%% *}) cannot compile a program with stdio.h: the C library's headers are missing. Install them ($install), then run make again." \
    "C 编译器（${compiler%% *}）无法编译使用 stdio.h 的程序：缺少 C 库头文件。请安装（$install_zh），然后重新运行 make。"

compiles '#include <Python.h>' || stop \
    "the headers of Python $version (Python.h) are missing, and durable-rules has to be compiled. Install them ($install), then run make again." \
    "缺少 Python $version 的头文件（Python.h），而 durable-rules 需要编译。请安装（$install_zh），然后重新运行 make。"
