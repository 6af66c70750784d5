"""What the system and the libraries say when something fails, said in both languages.

They speak English. Whatever catches one of their errors asks here for its words, so that a Chinese message is Chinese.
"""

from __future__ import annotations

import errno
import re
import zipfile
import zlib

from engine.errors import Text

_SYSTEM = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "系统不允许这样做",
    errno.EROFS: "所在的文件系统是只读的",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已有同名的文件或文件夹",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENAMETOOLONG: "名称过长",
    errno.ELOOP: "链接指来指去，没有尽头",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出了磁盘配额",
    errno.EFBIG: "文件过大",
    errno.EIO: "读写出错",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "打开的文件过多",
    errno.ENOMEM: "内存不足",
    errno.EBUSY: "正被占用",
    errno.ETXTBSY: "正被占用",
    errno.EAGAIN: "暂时不可用",
    errno.EINVAL: "系统不接受这个参数",
    errno.EBADF: "这个文件没有打开",
    errno.EPIPE: "管道的另一端已关闭",
    errno.EXDEV: "不在同一文件系统",
    errno.ENXIO: "没有这个设备或地址",
    errno.ENODEV: "没有这个设备",
    errno.ESTALE: "网络上的文件已失效",
    errno.ETIMEDOUT: "等候超时",
    errno.EOPNOTSUPP: "系统不支持这样做",
}
"""What the system's numbers of errors mean."""

_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB 18030"}

_WORDS = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (
        # Names that no file has
        (r"embedded null (?:byte|character)", "名称里有空字符"),
        # Packages of Office, and XML
        (r"File is not a zip file", "不是 Office 文件（ZIP 包）"),
        (r"Bad CRC-32 for file '(.*)'", "其中的 {0} 与校验码不符"),
        (r"Bad magic number for (?:file header|central directory)", "压缩包的目录已损坏"),
        (r"Truncated (?:file header|central directory)", "压缩包不完整"),
        (r"(?:Bad|Corrupt) .*", "压缩包已损坏"),
        (r"File '?(.*?)'? is encrypted, password required for extraction", "其中的 {0} 设有密码"),
        (r"Compressed file ended before .*", "压缩包不完整"),
        (r"There is no item named '(.*)' in the archive", "缺少 {0}"),
        (r"(?:That|This) compression (?:method|type) is not supported.*", "压缩方式不受支持"),
        (r"Error -?\d+ while decompressing data.*", "压缩的内容解不开"),
        (r"(\S+): (?:not well-formed .*|.*?): line (\d+), column (\d+)", "{0} 第 {1} 行第 {2} 列不是正确的 XML"),
        (r"(?:not well-formed .*|[a-z ]+): line (\d+), column (\d+)", "第 {0} 行第 {1} 列不是正确的 XML"),
        (r"(\S+): unknown encoding(?:: (\S*))?.*", "{0} 的编码 {1} 不认识"),
        # JSON, as msgspec reads it
        (r"Input data was truncated", "内容不完整，到末尾还没有写完"),
        (r"JSON is malformed: (.*?)(?: \(byte (\d+)\))?", "JSON 语法有误"),
        (r"Invalid UTF-8.*", "里面有不是 UTF-8 的字节"),
        (r"maximum recursion depth exceeded.*", "嵌套过深"),
        # Texts in quotes in CSV
        (r"unexpected end of data", "到末尾引号还没有配对"),
        (r"'(.)' expected after '(.)'", "引号之后应为 {0}"),
        (r"field larger than field limit \((\d+)\)", "一格超过 {0} 字节"),
        # DuckDB
        (r".*No magic bytes found at end of file.*", "不是 Parquet 文件，或不完整"),
        (r".*too small to be a Parquet file.*", "不是 Parquet 文件：内容过少"),
        (r".*not a valid DuckDB database file.*", "不是 DuckDB 数据库"),
        (r".*Could not set lock on file.*", "正被另一个程序使用"),
        (r".*(?:checksum|Corrupt|corrupt).*", "内容已损坏，与校验码不符"),
        (r".*No files found that match.*", "没有这个文件"),
        (r".*No such file or directory.*", "没有这个文件或文件夹"),
        (r".*Permission denied.*", "没有权限"),
        (r".*No space left on device.*", "磁盘已满"),
        (r".*(?:Out of Memory|out of memory).*", "内存不足"),
        # Our own words of work in a process of its own
        (r"more than (\S+) s, (\S+) MB", "用了超过 {0} 秒的计算，或超过 {1} MB 的内存"),
        (r"the library that works on it crashed", "处理它的程序库崩溃了"),
        # Templates, as Jinja reads them
        (r"'(.*)' is undefined(.*)", "没有 {0}{1}"),
        (r"'(.*)' has no attribute '(.*)'(.*)", "{0} 没有 {1}{2}"),
        (r"No filter named '(.*)'\.?(.*)", "没有过滤器 {0}{1}"),
        (r"Encountered unknown tag '(.*?)'\.?.*?(, line \d+)?", "不认识的标签 {0}{1}"),
        (r"[Uu]nexpected '(.*)'(.*)", "不应有 {0}{1}"),
        (r"unexpected end of template.*?(, line \d+)?", "模板到末尾还没有写完{0}"),
        (r"expected token '(.*?)', got '(.*?)'(.*)", "应为 {0}，却是 {1}{2}"),
        (r"division by zero(.*)", "除以零{0}"),
        (r"access to attribute '(.*)' of '(.*)' object is unsafe\.?(.*)", "不允许取 {1} 的 {0}{2}"),
    )
)  # fmt: skip
"""What libraries say; the first pattern that is all of it counts."""


def cause(error: Exception) -> Text:
    """Why ``error`` was raised. What is not known in Chinese is quoted as it was said."""
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return Text(_SYSTEM.get(error.errno, f"系统错误 {error.errno}"), error.strerror)
    if isinstance(error, UnicodeDecodeError):
        return _undecodable(error)
    said = str(error).strip().splitlines()
    return in_both(said[0] if said else error.__class__.__name__, _kind(error))


def in_both(said: str, otherwise: str = "") -> Text:
    """The English words ``said`` by a library, and what they mean; ``otherwise`` where they are not known."""
    for pattern, chinese in _WORDS:
        if found := pattern.fullmatch(said):
            return Text(chinese.format(*(one or "" for one in found.groups())), said)
    return Text(otherwise or f"原文：{said}", said)


def _undecodable(error: UnicodeDecodeError) -> Text:
    """Which byte is none of the encoding; bytes count from 1."""
    number, byte = error.start + 1, error.object[error.start]
    encoding = _ENCODINGS.get(error.encoding, error.encoding)
    return Text(
        f"第 {number:,} 个字节 0x{byte:02X} 不是 {encoding}",
        f"byte {number:,}, 0x{byte:02X}, is not {encoding}",
    )


def _kind(error: Exception) -> str:
    match error:
        case zipfile.BadZipFile() | EOFError():
            return "压缩包已损坏"
        case zlib.error():
            return "压缩的内容解不开"
        case RecursionError():
            return "嵌套过深"
        case _:
            return ""
