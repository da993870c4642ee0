"""Word lists of the baselines. Taken from the annotation contract and from the training reports, never from the others."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


#: Nouns that a project's name ends with.
HEADS = _words(
    """
    项目 工程 基地 产业园 工业园 物流园 科技园 创业园 文创园 示范园 体验园 产业城 商贸城 园区 公园 庄园 产业链
    中心 工厂 分厂 生产线 组装线 装配线 中试线 加工线 专线 车间 厂房 电站 发电站 换电站 服务站 小镇 综合体 酒店 酒店群
    装置 平台 电场 风电场 电厂 集群 总部 总部大楼 营地 码头 冷库 仓库 云仓 保税仓 调拨仓 度假区 度假村 索道 医院
    市场 广场 牧场 养殖场 农场 枢纽 物流港 港 街区 社区 学校 校区 幼儿园 景区 新城 酒庄 研究院 研发院 加工厂 屠宰场
    水厂 糖厂 砖厂 酒厂 药厂 纸厂 茶厂 电池厂 集散地 大厦 创意园 孵化园 数据中心 综合楼 影视城 水泥厂 园 厂 城 馆
    """
)
#: What a project's name without a head noun may end with: the work that is done.
WORKS = _words(
    "扩建 技改 改造 加工 深加工 精深加工 综合利用 开发 搬迁 扩能 扩产 升级 提升 联产 制造 生产 一体化 提取"
)
#: What may follow a head noun inside the name.
PHASES = r"(?:[（(]?(?:[一二三四五六七八九十]|\d|首)(?:至[二三四五])?期[）)]?(?:工程|项目)?)"

#: Verbs that open a measure, nearly whatever follows.
MEASURE_VERBS = _words(
    """
    实行 设立 建立 举办 开展 成立 推行 组织 召开 组建 给予 出台 外出 开通 制定 推出 编制 聘请 取消 修订 抽调 签订 选派
    发放 邀请 举行 组团 派出 拜访 完善 启动 办好 免收 配备 派驻 印发 予以 开设 绘制 盘活 纳入 承办 编印 走访 更新 清理
    收储 共建 选聘 减半 上线 下发 公布 减免 收回 约谈 列入 开办 梳理 搭建 授予 分赴 聘任 下达 清退 启用 享受 包车 开行
    增设 压减 常驻 构建 推荐 筹备 颁发 缓缴 筛选 推广 排出 发起 协助 下设 预留 选调 聘用 筹办 核验 划设 招聘 健全 返还
    编发 晾晒 交办 追回 联办 查处 挂点 下放 调剂 精简 放宽 摸清 建起 认领 腾退 汇总 摸排 扣发 扣减 开辟 布设 垫付 劝退
    剔除 互派 下调 兑现 落实 代办 协调 提供 安排 压缩 接待 调整 帮助 通报 分解 发布 公开 征集 评选 编绘 任命 增派 配齐
    抽派 指派 开放 筹措 免征 实施 参加 执行 编写 印制 设置 搭起 创办 派遣 委托 担任 受理 列出 作表态发言 深入开展 免除
    召集 包装 挂牌督办 逐一走访 申报 上报 严禁 不得 登门 明确 进行
    """
)
#: Verbs of one or two characters that open a measure only before certain objects (regular expressions).
MEASURE_PATTERNS = (
    r"赴(?!任|约)[^，。；：]{2,}",
    r"(?:到|去)[^，。；：目位达]{2,10}(?:招商|推介|考察|拜访|敲门|驻点|办会|对接|开[^，。；：]{0,4}会)[^，。；：]*",
    r"(?:建成|新建|修建|建设)[^，。；：]{0,14}(?:标准化?厂房|平台|孵化器|创业园|产业园|管网|道路|污水处理厂|公寓|项目库|信息库)",
    r"(?:设|派|配|聘|建|选)(?:立了|了|一|[0-9两三四五六七八九十百]|专|“)[^，。；：]{2,}",
    r"对接[^，。；：]{0,16}(?:企业|商会|协会)[^，。；：]*",
    r"奖励[^，。；：]{0,8}(?:先进|干部|引荐人|中介|单位)[^，。；：]*",
    r"完成[^，。；：]{0,14}(?:规划|编制|修编|征地|拆迁|平整|收储|环评)",
    r"(?:定为|列为|挂钩|纳入)[^，。；：]{0,20}",
)
#: What makes a measure's object a slogan, a result or something that companies do.
NO_MEASURE = _words(
    """
    高质量发展 营商环境持续 显著成效 新突破 新局面 新跨越 实效 成效 成果 水平 步伐 活力 热潮 氛围 力度 信心 优势 潜力 阶段
    """
)
#: Words before which a clause tells what comes later.
PLAN_WORDS = _words("将 要 拟 计划 力争 确保 争取 下半年 明年 下一步 下步 今后 必须 准备 务必 须")

#: What stands directly before a project's name and does not belong to it; the longest wins.
LEFT_EDGES = _words(
    """
    总投资 计划投资 投资 引进了 引进 引入 签约了 签下 签订 签署 建设 新建 在建 续建 兴建 承建 投建 推进 推动 促成 实施 启动
    洽谈 在谈 谋划 包装 储备 推介 争取 落户的 落地的 包括 包含 其中 分别是 分别为 主要有 还有 具体是 就是 即 有 是 为 关于
    开工 投产 建成 竣工 新开工 打造 促进 加快 服务 围绕 走进 来到 针对 负责 跟踪 开发 生产 合作 建起 建 上马 盯住 推介的
    项目名称： 名称： 比如 例如 像 如 对 以 由 在 从 和 与 及 以及 将 把 让 使 因 该
    """
)
#: Words that mark a noun group as a class, a total or a thing that only sounds like a project.
CLASS_WORDS = (
    r"(?:^|[的个大批类新])(?:重大|重点|招商引资|招商|产业|工业|农业|服务业|旅游|签约|新签约|新引进|引进|在建|在谈|续建|开工|新开工"
    r"|投产|落户|落地|储备|省级|市级|意向|合作|外资|内资|央企|好|大|小|支撑性|龙头|标志性|该|本|此|各|每|全部|所有|这些?|上述"
    r"|优质|高新|高端|新建|拟建|计划|前期|亿元(?:以上)?|超?[百十千]?亿元?级?|工业大|配套|基础设施|民生|招引|签约落地|洽谈|推介)*"
    r"(?:项目|工程|基地|园区|产业园|企业|中心|工厂|生产线|车间|厂房|装置|平台|市场|广场|新城|总部|酒店|集群|公园|园|厂|城|馆|港)$"
)
#: Endings that look like a head noun in the names of bodies, places, documents and events.
FALSE_HEADS = (
    r"(?:开发区|高新区|园区|服务中心|审批中心|政务中心|会展中心|国际会议中心|交易中心|开发园|一体化发展|市场|全市|县城|城市|工业园区"
    r"|经济技术开发区|商务局|推介会|签约会|示范区|经开区|新区|集中区|招商中心)$"
)

#: What a project has reached, the furthest first.
STAGES = {
    "production": _words(
        "投产 竣工 建成 运营 试生产 试产 投入使用 投用 营业 开业 下线 试运行 达产 满产 投运 迎客 开园 出栏"
    ),
    "construction": _words(
        "开工 动工 奠基 在建 建设 续建 推进 打桩 封顶 主体 施工 土建 安装 调试 完成投资 破土 装修 已投入 加快 进度 累计完成"
    ),
    "landed": _words("落户 落地 入驻 引进 落子 花落 落定 安家 迁入 注册 进驻 引入"),
    "signed": _words("签约 协议 签下 签订 签署 签了 合同 牵手"),
    "negotiation": _words(
        "在谈 洽谈 拟建 谋划 储备 推介 前期 意向 计划建设 拟投资 对接 招商 可望 项目名称 合作方式 选址 跟踪"
    ),
}

#: The role of an amount by the nearest word before it (or directly after it), in order of trial.
ROLES_BEFORE = {
    "received": _words(
        "到位资金 到位内资 到位外资 实际到位 到位 到资 到账 实际利用 实际使用 完成投资 累计完成 完成固定资产投资 实到 已投入 完成"
        " 已完成 使用外资 利用外资 实际投入 到账外资 固定资产投资完成 引进资金 入统"
    ),
    "contract": _words(
        "签约额 签约金额 签约总额 签约资金 合同额 合同金额 合同资金 合同投资 合同总投资 合同利用 合同外资 协议资金 协议金额"
        " 协议投资 协议总投资 协议总额 协议引资 引资额 协议额 拟投资额 引资 签约总投资 协议外资 合同引资 协议"
    ),
    "output": _words(
        "产值 营收 营业收入 销售收入 主营业务收入 收入 税收 利税 利润 纳税 税金 销售额 增加值 出口 创汇 交易额 年销售 年产值"
        " 创税 年税收 上缴 税 开票销售 总产出 进出口"
    ),
    "other": _words(
        "奖励 补助 补贴 奖补 给予 最高 基金 规模 贷款 注册资本 授信 融资 资助 扶持 租金 缴纳 GDP 生产总值 财政 经费 专项资金"
        " 资金池 地价 价格 每亩 节约 节省 降低 减免 减税 退税 奖金 花 罚 贴息 资本 存款 担保 累计不超过 每家 每个 每人 价"
    ),
    "investment": _words("总投资 投资 投入 投资额 固定资产 一期 二期 首期 总额 斥资 注资"),
}
#: Words directly after an amount that make it a size class.
THRESHOLD_AFTER = r"(?:元)?(?:以上|及以上|以下|级)|(?:项目|企业|产业|大项目)"
#: Words before an amount that make it an authority's goal.
TARGET_WORDS = _words(
    "确保 力争 任务 目标 计划引进 争取 突破 达到 要 将 年度计划 预期 奋斗目标 冲刺"
)

#: The category of a measure by the words in it, the first list that has one wins.
CATEGORIES = {
    "assessment": _words(
        "考核 督查 督办 通报 奖惩 问责 约谈 排名 排行榜 红黑榜 擂台 晾晒 提拔 记功 扣发 扣减 回头看 述职 评比 一票否决 表彰 检讨 末位"
        " 黄牌 红旗 评选 先进 绩效 拉练 验收 评议 巡查 点评"
    ),
    "service": _words(
        "审批 代办 热线 帮扶 绿色通道 窗口 手续 一站式 一窗 服务 证照 办证 并联 保姆 管家 直通车 证明 办结 投诉 专员 不见面 承诺制"
        " 拿地即开工 帮办 难题 问题 专人 诉求 午餐会 接访 警长 秘书 最多跑一次 跑腿 收费 检查 容缺 就医 入学 公寓 班车 专班车"
    ),
    "policy": _words(
        "政策 奖励 补贴 补助 资金 用地 土地 用电 电价 用能 用工 贷款 融资 税 基金 租金 贴息 免收 减免 减半 意见 优惠 措施 十条"
        " 暂行办法 招聘会 银企 指标 能耗 缓缴 租 规定 返还 工业用水 蒸汽 价格 保证金 担保 招工 费 保障"
    ),
    "promotion": _words(
        "推介 签约 招商会 恳谈会 考察 外出 赴 拜访 走访 驻点 组团 参加 洽谈会 博览会 邀请 招商活动 敲门 招商月 百日 上门 对接会 投洽会"
        " 宣传 招商周 座谈会 客商 年会 论坛 交流会 大会 展 登门 分赴 推广 乡情 举办 招商引资活动 招商日 投资说明会 商会"
    ),
    "team": _words(
        "招商局 小分队 队伍 招商组 分局 工作站 联络处 办事处 干部 培训 招商员 顾问 大使 选派 抽调 聘请 招商队 招商分队 专职 选聘 联络员"
        " 办公室 合伙人 招商公司 招商中心 人员 顾问团 专业 促进局 服务局 分会 学习 人才"
    ),
    "platform": _words(
        "园区 载体 图谱 平台 项目库 数据库 信息库 地图 标准厂房 标准化厂房 孵化 名录 产业园 厂房 规划 手册 指南 目录 产业链 管网 道路"
        " 污水 招商册 场地 树形图 树状图 清单库 云 网站 实验室 资源库 线上 研究院 库 公众号 小程序 专列"
    ),
    "mechanism": _words(
        "机制 方案 清单 专班 调度 领导小组 指挥部 责任 包联 链长 联席 制度 例会 包保 办法 台账 协议 动员会 开工仪式 挂图 模式 分析会"
    ),
}
