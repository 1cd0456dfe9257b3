//! What the holder of a share link sees, and gets.

use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, Principal},
    build::Build,
    id::{AppId, EnvironmentId},
    install::Installation,
    release::{Installable, NoInstall},
    share::{Lack, MOST_GUESSES, Offer, ShareView, Shared, Shows, Standing, locked_until},
};
use identity::password;
use store::table::{LinkRecord, Tap, Tapped};

use super::{holder, list};
use crate::{
    Error, Portal, Result,
    access::Action,
    download::{Choice, Counted, Downloader, Grant},
    links::Links,
};

/// What comes with a tap.
#[derive(Clone, Copy, Default)]
pub struct Tapper<'a> {
    /// What the page made the tap known by, so that it is counted once however often it is sent.
    pub tap: Option<&'a str>,
    /// The password, if the page asked for one.
    pub password: Option<&'a str>,
    /// Where it came from.
    pub from: Option<&'a str>,
    /// What the caller's program calls itself.
    pub user_agent: Option<&'a str>,
}

/// What became of a tap.
#[derive(Debug)]
pub enum Opened {
    /// A link to the bytes.
    Granted(Grant),
    /// The page that shows what there is instead. With a tap that a password opened, or with what was wrong.
    Page {
        /// What it shows.
        view: ShareView,
        /// What the next tap is known by.
        tap: String,
        /// Whether the password was wrong.
        wrong: bool,
    },
}

impl Links<'_> {
    /// What a link gives to anyone who holds its address. It changes nothing and makes no link to bytes.
    pub async fn look(
        self,
        credential: &str,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<ShareView> {
        let record = self.held(credential, from, now).await?;
        self.seen(&record, false, now).await
    }

    /// Something by which the page makes a tap known.
    pub fn new_tap(self) -> String {
        self.portal.ids().unique()
    }

    /// Gives what a link gives, once for each tap; or, with a password, lets its holder see what that is.
    pub async fn open(
        self,
        credential: &str,
        tapper: Tapper<'_>,
        now: Timestamp,
    ) -> Result<Opened> {
        let record = self.held(credential, tapper.from, now).await?;
        if let (Some(given), true) = (tapper.password, record.password.is_some()) {
            return self.try_password(&record, given, tapper, now).await;
        }
        match self.take_shared(&record, tapper, now).await {
            Ok(Some(grant)) => Ok(Opened::Granted(grant)),
            // What stands in the way, its page says.
            Ok(None)
            | Err(Error::NotFound { .. } | Error::Forbidden { .. } | Error::Refused { .. }) => {
                let record = self.held(credential, tapper.from, now).await?;
                self.page(&record, false, now).await
            }
            Err(other) => Err(other),
        }
    }

    async fn page(self, record: &LinkRecord, wrong: bool, now: Timestamp) -> Result<Opened> {
        Ok(Opened::Page {
            view: self.seen(record, false, now).await?,
            tap: self.new_tap(),
            wrong,
        })
    }

    /// The bytes, chosen for the guest like for everyone; none if the tap gives nothing any more.
    async fn take_shared(
        self,
        record: &LinkRecord,
        tapper: Tapper<'_>,
        now: Timestamp,
    ) -> Result<Option<Grant>> {
        let guest = holder(record);
        let by = Downloader {
            actor: &guest,
            user_agent: tapper.user_agent,
            now,
        };
        let choice = match &record.link.what {
            Shared::Newest { app, environment } => {
                self.portal
                    .downloads()
                    .choose_latest(by, app, environment, None)
                    .await?
            }
            Shared::Build { build, .. } => {
                let kept = self.portal.builds().record(build).await?.build;
                let packages = Installable::all_of(&kept);
                let package = Installable::choose(&packages, None).map_err(|reason| {
                    let reason = reason.to_string();
                    Error::Refused { reason }
                })?;
                self.portal
                    .downloads()
                    .choose_file(by, build, &package.digest)
                    .await?
            }
        };
        let choice = choice.through(&record.link.id);
        self.portal
            .downloads()
            .hand_out(&choice, Counted::Link(record, tapper.tap))
            .await
    }

    /// Counts the tap, unless it was counted; false if the link gives it nothing.
    pub(crate) async fn count_tap(
        self,
        record: &LinkRecord,
        tap: Option<&str>,
        choice: &Choice,
    ) -> Result<bool> {
        let asks = record.password.is_some();
        let tap = match tap.filter(|tap| is_tap(tap)) {
            Some(tap) => tap.to_owned(),
            None if asks => return Ok(false),
            None => self.new_tap(),
        };
        match self.tapped(record, &tap, choice).await? {
            Tapped::Counted | Tapped::Repeated => Ok(true),
            Tapped::Over | Tapped::Paused => Ok(false),
            Tapped::Stale if asks => Ok(false),
            // A page that was left open: a tap on it is a new one by now.
            Tapped::Stale => {
                let again = self.tapped(record, &self.new_tap(), choice).await?;
                Ok(again == Tapped::Counted)
            }
        }
    }

    async fn tapped(self, record: &LinkRecord, name: &str, choice: &Choice) -> Result<Tapped> {
        let tap = Tap {
            link: &record.link.id,
            name,
            opened: record.password.is_some(),
            size: choice.size,
            allowance: record.link.allowance(&self.portal.parts.limits),
            today: record.today,
        };
        let table = &self.portal.table;
        Ok(table
            .links()
            .tap(tap, &choice.download, &self.portal.ids().unique())
            .await?)
    }

    /// Counts the try, and only then looks whether the password is right.
    async fn try_password(
        self,
        record: &LinkRecord,
        given: &str,
        tapper: Tapper<'_>,
        now: Timestamp,
    ) -> Result<Opened> {
        let (id, table) = (&record.link.id, &self.portal.table);
        let Some(kept) = &record.password else {
            return self.page(record, false, now).await;
        };
        if record.link.standing(now) != Standing::Live {
            return self.page(record, false, now).await;
        }
        let Some(guesses) = table.links().count_guess(id, now).await? else {
            let record = table.links().get(id).await?;
            let record = record.ok_or_else(|| Error::not_found("share link at this address"))?;
            return self.page(&record, true, now).await;
        };
        let kept = password::Hashed {
            rounds: kept.rounds,
            salt: kept.salt.clone(),
            hash: kept.hash.as_str().into(),
        };
        let verified = password::verify(kept, given.into()).await;
        if verified.map_err(|_| Error::Unfinished)? {
            let tap = self.new_tap();
            table.links().open_tap(id, &tap, now).await?;
            return Ok(Opened::Page {
                view: self.seen(record, true, now).await?,
                tap,
                wrong: false,
            });
        }
        if guesses == MOST_GUESSES {
            self.note_lock(record, tapper.from, now).await?;
        }
        let counted = LinkRecord {
            guesses,
            guessed_at: now.as_second(),
            ..record.clone()
        };
        self.page(&counted, true, now).await
    }

    async fn note_lock(
        self,
        record: &LinkRecord,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let guest = holder(record);
        let who = Principal {
            from,
            ..Principal::from(&guest)
        };
        let note = list::note(who, AuditAction::LockedOut, &record.link, now);
        Ok(self.portal.table.audit().note(&note).await?)
    }

    /// What the holder of a link sees, `opened` if its password let them through.
    async fn seen(self, record: &LinkRecord, opened: bool, now: Timestamp) -> Result<ShareView> {
        let link = &record.link;
        let shows = match link.standing(now) {
            Standing::Live if record.password.is_some() && !opened => closed(record, now),
            Standing::Live => self.offered(record, now).await?,
            over => Shows::Ended(over),
        };
        Ok(ShareView {
            shows,
            expires_at: link.expires_at,
            left: link.left(),
        })
    }

    /// What a link has to give at the moment, if its maker may share that.
    async fn offered(self, record: &LinkRecord, now: Timestamp) -> Result<Shows> {
        let (table, guest) = (&self.portal.table, holder(record));
        let app = record.link.what.app();
        let (kept, environment) = match &record.link.what {
            Shared::Build { build, .. } => (table.builds().get(build).await?, None),
            Shared::Newest { environment, .. } => {
                if !gives(self.portal, &guest, app, std::slice::from_ref(environment)) {
                    return Ok(Shows::Ended(Standing::Revoked));
                }
                let served = table.releases().served(app, environment).await?;
                let Some(release) = served.release else {
                    return Ok(Shows::Nothing(match served.withdrawn {
                        Some(_) => Lack::Withdrawn,
                        None => Lack::NotYet,
                    }));
                };
                let name = self
                    .portal
                    .builds()
                    .environment_or_its_name(environment)
                    .name;
                (table.builds().get(&release.build).await?, Some(name))
            }
        };
        // What retention removed was not revoked, but is as gone.
        let Some(kept) = kept else {
            return Ok(Shows::Ended(Standing::Revoked));
        };
        let here = environment.is_some();
        if !here && !gives(self.portal, &guest, app, &kept.environments()) {
            return Ok(Shows::Ended(Standing::Revoked));
        }
        if kept.withdrawn.is_some() {
            return Ok(Shows::Nothing(Lack::Withdrawn));
        }
        let name = self.portal.builds().app_or_its_name(app).name;
        Ok(match offer(name, environment, &kept.build) {
            Ok(offer) => {
                let allowance = record.link.allowance(&self.portal.parts.limits);
                let paused = allowance.paused_until(record.today, offer.size, now);
                paused.map_or(Shows::Offer(offer), Shows::Paused)
            }
            Err(_) => Shows::Nothing(Lack::NoPackage),
        })
    }
}

/// Whether anyone who holds a link may download what it leads to now.
fn gives(portal: &Portal, guest: &Actor, app: &AppId, environments: &[EnvironmentId]) -> bool {
    portal.may(guest, Action::Download { app, environments })
}

/// What a link shows before its password was given.
fn closed(record: &LinkRecord, now: Timestamp) -> Shows {
    let last = Timestamp::from_second(record.guessed_at).unwrap_or_default();
    locked_until(record.guesses, last, now).map_or(Shows::Password, Shows::Locked)
}

fn offer(app: String, environment: Option<String>, build: &Build) -> Result<Offer, NoInstall> {
    let packages = Installable::all_of(build);
    let package = Installable::choose(&packages, None)?;
    let of_file = build.apks().find(|file| file.digest == package.digest);
    let read = of_file.and_then(|file| file.package.as_ref());
    Ok(Offer {
        app,
        environment,
        number: build.number,
        version: build.version.clone(),
        size: package.size,
        package: read.cloned().map(Box::new),
        warnings: read.map_or_else(Vec::new, |read| Installation::of(read).forecast()),
    })
}

/// Whether a text is what a page makes taps known by.
fn is_tap(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
