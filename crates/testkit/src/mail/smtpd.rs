//! OpenSMTPD. Its spool and its control socket have fixed places, so one machine could hold but one of it; a private
//! mount gives each its own, and leaves nothing in the machine's.

use super::dovecot::answers;
use crate::machine::Account;
use crate::service::Service;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether we are root and may mount, which a container may forbid.
pub(super) fn may_run(account: &Account) -> bool {
    let mount = "mount -t tmpfs tmpfs /var/spool";
    let mut probe = Command::new("unshare");
    probe.args(["--mount", "sh", "-c", mount]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    account.we_are_root && probe.status().is_ok_and(|status| status.success())
}

pub(super) fn start(program: &Path, account: &Account, port: u16, lmtp: u16) -> Result<Service, String> {
    let mut service = Service::prepare("smtpd", "TERM", None);
    let file = service.dir().join("smtpd.conf");
    std::fs::write(&file, configuration(&account.user, port, lmtp)).expect("our own folder can be written to");
    // OpenSMTPD refuses a configuration that others may write to.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("the file is ours");
    let script = format!(
        "exec unshare --mount sh -c 'mount -t tmpfs tmpfs /var/spool && mount -t tmpfs tmpfs /run && \
         exec \"$0\" -d -f \"$1\"' '{}' '{}'\n",
        program.display(),
        file.display()
    );
    service.start(&script, |_| answers(port))?;
    Ok(service)
}

fn configuration(user: &str, port: u16, lmtp: u16) -> String {
    format!(
        r#"table domains {{ "desk.test", "example.test" }}
table boxes {{ "@desk.test" = {user}, "@example.test" = {user} }}
listen on 127.0.0.1 port {port}
action "deliver" lmtp "127.0.0.1:{lmtp}" rcpt-to virtual <boxes>
match from any for domain <domains> action "deliver"
"#
    )
}
