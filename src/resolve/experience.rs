//! Experiences: what contacts in a stage get to see, in the order in which it is written; ids are
//! unique in the stage.

use super::{Resolver, about};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::Experience;
use crate::schema::{self, Keyed, Text, bad_id, is_id};

impl Resolver {
    /// One whose content is not understood is left out; that is reported.
    pub(super) fn experiences(&mut self, stage: &schema::Stage) -> Vec<Experience> {
        let written = stage
            .experiences
            .as_ref()
            .map_or(&[][..], |list| &list.value.0);
        for (at, experience) in written.iter().enumerate() {
            let earlier = written[..at].iter().map(|earlier| &earlier.value.id);
            self.experience_id(&experience.value.id, earlier);
        }
        written
            .iter()
            .filter_map(|experience| self.experience(&experience.value))
            .collect()
    }

    fn experience_id<'s>(
        &mut self,
        id: &Keyed<Text>,
        mut earlier: impl Iterator<Item = &'s Keyed<Text>>,
    ) {
        if !is_id(&id.value.0) {
            self.report(bad_id(&id.value.0, id.span));
        } else if let Some(first) = earlier.find(|earlier| earlier.value == id.value) {
            let message = format!("two experiences of the stage are called `{}`", id.value.0);
            self.report(
                Diagnostic::new(codes::DUPLICATE_KEY, id.span, message)
                    .at("again here")
                    .label(first.span, "first here")
                    .help("give each an `id` of its own"),
            );
        }
    }

    fn experience(&mut self, written: &schema::Experience) -> Option<Experience> {
        let when = written.when.as_ref().map(|when| self.condition(when));
        let publish = self.publish(written.published.as_ref(), written.publish.as_ref());
        let content = self.content_id(&written.content)?;
        self.can_be_sent(&written.content, content)
            .then(|| Experience {
                id: written.id.value.0.clone(),
                span: written.id.span,
                about: about(
                    written.name.as_ref(),
                    written.description.as_ref(),
                    written.category.as_ref(),
                    written.owner.as_ref(),
                ),
                content,
                content_span: written.content.span,
                when,
                publish,
            })
    }
}
