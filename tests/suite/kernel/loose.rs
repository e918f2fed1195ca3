//! `order: loose`: the heaviest stage from the present one up that leads to a heavier one than the
//! present decides.

use super::story;

const HEAD: &str = "id,tags,stage_shop\n";

fn funnel(order: &str) -> String {
    format!(
        "
funnels:
  shop:
    order: {order}
    stages:
      known: {{ weight: 10, converts: [{{ when: {{ tag: cold }}, to: buyer }}] }}
      buyer: {{ weight: 20, converts: [{{ when: {{ tag: hot }}, to: loyal }}, {{ when: {{ tag: other }}, to: known }}], back-to: [known] }}
      equal: {{ weight: 20, converts: [{{ when: {{ tag: hot }}, to: fan }}] }}
      loyal: {{ weight: 30, converts: {{ tag: vip }} }}
      fan:   {{ weight: 40, back-to: [known], converts: [{{ when: {{ tag: VIP }}, to: known }}] }}
"
    )
}

#[test]
fn stages_on_the_way_are_left_out() {
    let cases = [
        (
            "known",
            "cold",
            "convert shop known buyer",
            "convert shop known buyer",
        ),
        ("known", "vip", "", "convert shop known fan"),
        ("known", "hot", "", "convert shop known loyal"),
        (
            "known",
            "cold;hot;vip",
            "convert shop known buyer\nconvert shop buyer loyal\nconvert shop loyal fan",
            "convert shop known fan",
        ),
        (
            "buyer",
            "hot",
            "convert shop buyer loyal",
            "convert shop buyer loyal",
        ),
        ("buyer", "vip", "", "convert shop buyer fan"),
        (
            "equal",
            "hot",
            "convert shop equal fan",
            "convert shop equal fan",
        ),
        ("loyal", "hot", "", ""),
        (
            "loyal",
            "vip",
            "convert shop loyal fan",
            "convert shop loyal fan",
        ),
        ("known", "VIP", "", ""),
        ("fan", "hot;vip", "", ""),
    ];
    for (stage, tags, strict, loose) in cases {
        for (order, journal) in [("strict", strict), ("loose", loose)] {
            story(&funnel(order)).on(
                "2026-11-01T09:00",
                &format!("{HEAD}1,{tags},{stage}\n"),
                journal,
            );
        }
    }
}
