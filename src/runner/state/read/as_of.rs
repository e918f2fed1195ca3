//! As of when the fields of a contact's line have their values, and what others delivered; a field
//! or content that the plan does not have is forgotten.

use rust_decimal::Decimal;

use super::line::{AddedLine, AsOfLine, DeliveryLine};
use super::{Line, Name, StateError, damaged, find};
use crate::model::Model;
use crate::runner::state::{AsOf, ContactState, Delivery, Write, events};

pub(super) fn read(
    model: &Model,
    line: &Line<'_>,
    memory: &mut ContactState,
) -> Result<(), StateError> {
    for (Name(id), AsOfLine { t, n, o, i, d }) in &line.a.0 {
        let Ok(field) = find(&model.contacts.fields, "field", id, |it| &it.id) else {
            continue;
        };
        let by = |at: i64| write(model, at, [n.as_ref(), o.as_ref(), i.as_ref()]);
        let set = t.map(by).transpose()?;
        let added = d
            .iter()
            .map(|line| added(model, line))
            .collect::<Result<_, _>>()?;
        memory.as_of.push((field, AsOf { set, added }));
    }
    memory.as_of.sort_by_key(|(id, _)| *id);
    for (Name(id), DeliveryLine { t, p }) in &line.d.0 {
        if let Ok(content) = find(&model.content, "content", id, |it| &it.id) {
            memory.delivered.push((
                content,
                Delivery {
                    at: *t,
                    presumed: *p,
                },
            ));
        }
    }
    memory.delivered.sort_by_key(|(id, _)| *id);
    Ok(())
}

fn added(model: &Model, line: &AddedLine<'_>) -> Result<(Write, Decimal), StateError> {
    let AddedLine {
        t,
        n,
        o,
        i,
        v: Name(number),
    } = line;
    let number =
        Decimal::from_str_exact(number).map_err(|_| damaged(format!("`{number}` is no number")))?;
    Ok((
        write(model, *t, [n.as_ref(), o.as_ref(), i.as_ref()])?,
        number,
    ))
}

/// An event that the plan does not know any more stands behind the others of its moment.
fn write(
    model: &Model,
    at: i64,
    [name, of, identity]: [Option<&Name<'_>>; 3],
) -> Result<Write, StateError> {
    let Some(Name(identity)) = identity else {
        return Ok(Write { at, by: None });
    };
    let identity = events::read_identity(identity)?;
    let event = name.and_then(|Name(name)| model.events.find(|event| event.id == *name));
    let of = of.and_then(|Name(of)| model.content.find(|content| content.id == *of));
    Ok(Write {
        at,
        by: event.map(|event| (event, of, identity)),
    })
}
