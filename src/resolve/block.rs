//! Uses of blocks: the arguments are of the types that the parameters ask for, and the steps stand
//! in the campaign under the name of the use.

use std::collections::BTreeMap;

use super::Resolver;
use super::pattern::Scope;
use super::step::Numbering;
use crate::diagnostic::{Diagnostic, codes};
use crate::language::ParameterType;
use crate::model::{FieldType, Step};
use crate::schema::{self, Argument, Keyed, ScalarOr, Text};

impl Resolver {
    /// The steps of a block in the place of its use, which is called `name`.
    pub(super) fn put_in(
        &mut self,
        written: &schema::Step,
        name: &str,
        numbering: &mut Numbering,
    ) -> Vec<Step> {
        let Some(block) = &written.use_ else {
            return Vec::new();
        };
        for (parameter, argument) in written.with.iter().flat_map(|with| &with.value.0) {
            if let Some(type_) = self.index.parameter(&block.value.0, &parameter.value.0) {
                self.argument(type_, argument);
            }
        }
        let scope = format!("{name}/");
        let outer = numbering.enter(scope.clone());
        let steps = written
            .expanded
            .as_ref()
            .map_or(&[][..], |steps| &steps.value);
        let steps = self.steps(steps, &scope, numbering);
        numbering.enter(outer);
        steps
    }

    /// Says what is wrong in the steps of blocks that nothing uses.
    pub(super) fn unused_blocks(&mut self, project: &schema::Project) {
        let blocks = project
            .blocks
            .0
            .iter()
            .filter_map(|(_, block)| block.body.as_ref());
        for steps in blocks.filter_map(|block| block.steps.as_ref()) {
            self.within(Scope::STEPS, |this| drop(this.steps_of(&steps.value)));
        }
    }

    /// Says what is wrong with an argument. The block may say the same again at the same place,
    /// which counts once.
    fn argument(&mut self, type_: ParameterType, argument: &Keyed<Argument>) {
        let ScalarOr::Scalar(text) = &argument.value else {
            if type_ != ParameterType::Choices {
                let finding = Diagnostic::new(
                    codes::WRONG_VALUE,
                    argument.span,
                    "the parameter does not take a list",
                );
                self.report(
                    finding
                        .at("a list")
                        .help("write one value; only `choices` takes several"),
                );
            }
            return;
        };
        let placed = Keyed {
            value: text.clone(),
            span: argument.span,
            key: argument.key,
        };
        match type_ {
            ParameterType::Text | ParameterType::Choice | ParameterType::Choices => {}
            ParameterType::Email => self.typed(&FieldType::Email, &placed),
            ParameterType::Integer => self.typed(&FieldType::Integer, &placed),
            ParameterType::Number => self.typed(&FieldType::Number, &placed),
            ParameterType::Boolean => self.typed(&FieldType::Boolean, &placed),
            ParameterType::Date => self.typed(&FieldType::Date, &placed),
            ParameterType::Datetime => self.typed(&FieldType::Datetime, &placed),
            ParameterType::Duration => drop(self.placed_duration(&placed)),
            ParameterType::Content => drop(self.content_id(&placed)),
            ParameterType::Segment => drop(self.segment_id(&placed)),
            ParameterType::Stage => drop(self.stage_ref(&placed)),
            ParameterType::Campaign => drop(self.campaign_id(&placed)),
        }
    }

    fn typed(&mut self, type_: &FieldType, argument: &Keyed<Text>) {
        let value = schema::Literal::plain(&argument.value);
        let literal = Keyed {
            value,
            span: argument.span,
            key: argument.key,
        };
        self.value(type_, &literal);
    }
}

/// The types of all parameters, by block and parameter.
pub(super) fn parameters(project: &schema::Project) -> BTreeMap<(String, String), ParameterType> {
    let blocks = project
        .blocks
        .0
        .iter()
        .filter_map(|(id, block)| Some((id, block.body.as_ref()?)));
    let each = blocks.flat_map(|(id, block)| {
        block
            .parameters
            .0
            .iter()
            .map(move |(name, type_)| (id, name, type_))
    });
    each.map(|(id, name, type_)| ((id.value.0.clone(), name.value.0.clone()), type_.value))
        .collect()
}
