"""The company behind a project."""

import pytest

from inference.organisations import organisation_of


@pytest.mark.parametrize(
    ("sentence", "name", "company"),
    [
        ("云山集团镁材料开发项目开工", "云山集团镁材料开发项目", "云山集团"),
        (
            "由海泰（上海）新材料科技有限公司投资建设的碳纤维项目开工",
            "碳纤维项目",
            "海泰（上海）新材料科技有限公司",
        ),
        (
            "我市与北川重能股份有限公司签约，投资5亿元的风机项目落地",
            "风机项目",
            "北川重能股份有限公司",
        ),
        ("北川重能公司、风机项目", "风机项目", None),
        ("北川重能公司签署协议，考察开发区，见证风机项目签约", "风机项目", None),
        ("该公司投资3亿元的风机项目", "风机项目", None),
        ("云山集团签约。风机项目开工", "风机项目", None),
        ("风机项目由云山集团投资", "风机项目", None),
    ],
)
def test_the_company_of_the_name_or_before_it(
    sentence: str, name: str, company: str | None
) -> None:
    assert organisation_of(name, sentence, sentence.index(name)) == company
