"""Which stretches of a page are not the report: copyright, editors, sources, links, page marks.

They are marked, never deleted: the sentence that holds one is of kind `boilerplate`.

Blanks are matched possessively (`*+`): two runs of them side by side, or one tried anew at each
blank, would take quadratic time.
"""

from __future__ import annotations

import re

_BLANKS = r"[ \u3000]*+"
_NAME = r"[\u4e00-\u9fff·]{1,4}"

# a line that begins like this is boilerplate as a whole
_LINE = re.compile(
    r"^[ \u3000【\[（(]{0,8}(?:"
    r"版权(?:声明|所有|归|与免责)|免责声明|.{0,12}版权(?:与免责声明|及免责声明|所有)"
    rf"|(?:责任|本期|本文|执行|值班)?(?:编辑|校对|编审|审核|监制|主编){_BLANKS}[:：]"
    rf"|(?:信息|文章|稿件|新闻|文字|图片|资料)?(?:来源|出处){_BLANKS}[:：]"
    rf"|原标题{_BLANKS}[:：]|原文链接"
    r"|(?:作者|撰稿|供稿|通讯员|摄影|发布(?:时间|日期|人|机构)|更新时间|发稿时间)"
    rf"{_BLANKS}[:：]"
    # names and nothing else: what a reporter asks in an interview is the report
    rf"|记者{_BLANKS}[:：]{_BLANKS}{_NAME}(?:[ \u3000、，,/|｜:：]{{1,3}}+{_NAME}){{0,9}}{_BLANKS}"
    r"(?:[】\])）]?$|(?:责任)?(?:编辑|责编|来源|通讯员|摄影|校对|审核))"
    rf"|(?:浏览|阅读|点击)(?:次数|量|数)|字(?:体|号){_BLANKS}[:：]"
    r"|分享(?:到|至)|扫一扫|微信扫|关闭(?:窗口|本页)|返回(?:顶部|首页|列表)|收藏本"
    # the button, alone or beside others: no printers
    r"|打印(?:本页|本文|此页|[ \u3000】\[\]（()）【|｜/·]*+(?:$|关闭|收藏|分享|返回|字号))"
    r"|(?:上|下)一(?:篇|条|页)|相关(?:链接|阅读|新闻|文章|推荐)|推荐阅读|延伸阅读|热门(?:推荐|新闻)"
    rf"|当前位置|您(?:的|现在的|当前)位置|首页{_BLANKS}[>＞»]|网站地图|联系我们|关于我们|友情链接"
    rf"|页{_BLANKS}[:：]?+{_BLANKS}$"
    rf"|[-—–―－─]{{1,2}}{_BLANKS}\d{{1,4}}{_BLANKS}[-—–―－─]{{1,2}}{_BLANKS}$"
    rf"|\[\d{{1,3}}\]{_BLANKS}$|第{_BLANKS}\d++{_BLANKS}页"
    rf"|共{_BLANKS}\d++{_BLANKS}页|\d++{_BLANKS}/{_BLANKS}\d++{_BLANKS}$"
    r"|Copyright|All Rights Reserved|©|主办单位|承办单位[:：]|技术支持|网站标识码|备案号"
    r"|[一二三四五六七八九十]、凡.{0,12}(?:本站|本网|来源|注明)|凡(?:本站|本网|来源|注明)"
    r"|如因作品内容|如有(?:侵权|不妥)|本(?:站|网站|文).{0,10}(?:转载|不代表|违法和不良)"
    rf"|关键(?:词|字){_BLANKS}[:：]|标签{_BLANKS}[:：]"
    rf"|(?:微信|微博|QQ)(?:公众号|空间)?+{_BLANKS}[:：]?+{_BLANKS}$"
    r").*$",
    re.MULTILINE | re.IGNORECASE,
)
# these are boilerplate wherever they stand
_INSIDE = re.compile(
    r"https?://[^\s\u3000-\u9fff（）()，。；、“”]{3,500}|www\.[a-zA-Z0-9./_-]{3,200}"
    r"|[（(]\s*+(?:本报|本网|全媒体|融媒体|见习|首席)?+\s*+"
    r"(?:记者|通讯员|作者|编辑|责编|来源|供稿|撰稿|文/|图/)[^（）()\n]{0,80}[）)]"
    r"|[（(]\s*+[\u4e00-\u9fff]{2,4}(?:\s++[\u4e00-\u9fff]{2,4}){0,4}\s*+[）)](?=[^\S\n]*+$)"
    r"|ICP备\d{6,12}号(?:-\d+)?|公网安备\s*+[:：]?+\s*+\d{8,16}号?"
    r"|Copyright\b.{0,80}?(?:Reserved|$)|All Rights Reserved",
    re.MULTILINE | re.IGNORECASE,
)


def mark(text: str) -> list[tuple[int, int]]:
    """Stretches `[start, end)` of a cleaned text that are boilerplate, sorted and disjoint."""
    found = [match.span() for pattern in (_LINE, _INSIDE) for match in pattern.finditer(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
