//! Steps that concern another campaign; none concerns its own.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::CampaignId;
use crate::model::points::TRIGGERS;
use crate::schema::{Keyed, Text};

impl Resolver {
    pub(super) fn campaign_elsewhere(&mut self, name: &Keyed<Text>) -> Option<CampaignId> {
        let id = self.campaign_id(name)?;
        if name.value.0.starts_with(TRIGGERS) {
            let help = "it fires by itself when there are enough points; to begin something here, \
                name a campaign";
            self.report(
                Diagnostic::new(
                    codes::STEP_KEYS,
                    name.span,
                    format!("`{}` is a trigger of points", name.value.0),
                )
                .at("no campaign")
                .help(help),
            );
            return None;
        }
        if self.present.as_deref() != Some(name.value.0.as_str()) {
            return Some(id);
        }
        self.report(
            Diagnostic::new(
                codes::STEP_KEYS,
                name.span,
                format!("`{}` is this campaign", name.value.0),
            )
            .at("its own")
            .help("to leave it write `exit: exited`; to go through it again write `goto`"),
        );
        None
    }
}
