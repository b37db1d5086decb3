//! What stands around every page is what its parts say, each for its member.

use crate::{
    notes::BO,
    support::{conversation, on_both, write},
};
use tertulia_model::UserId;
use tertulia_store::{
    around::{self, Around, Most},
    conversations, listing, notes, quarantine, settings,
};

#[test]
fn one_question_says_what_its_parts_say() {
    on_both(async |mut db| {
        let (me, most) = (UserId(1), Most { looked_at: 10, mentioned: 10, set_aside: 10 });
        assert_eq!(around::of(&mut db, me, most).await.unwrap(), Around::default(), "nothing is there yet");
        write!(db, |tx| {
            settings::set(tx, settings::ORGANISATION, "Fuente & Flor").await.unwrap();
            crate::notes::stage(tx).await;
            notes::mention(tx, 2, &[BO]).await.unwrap();
            quarantine::add(tx, &[crate::quarantine::item(1), crate::quarantine::item(2)]).await.unwrap();
            conversations::mark_read(tx, me, conversation(1).id, conversation(1).news).await.unwrap();
        });
        for member in [me, BO] {
            let expected = Around {
                organisation: Some("Fuente & Flor".to_owned()),
                unread: listing::count_unread(&mut db, member, 10).await.unwrap(),
                mentioned: notes::count_unseen(&mut db, member, 10).await.unwrap(),
                set_aside: quarantine::count_waiting_up_to(&mut db, 10).await.unwrap(),
            };
            assert_eq!(around::of(&mut db, member, most).await.unwrap(), expected);
        }
        let of_bo = around::of(&mut db, BO, most).await.unwrap();
        assert_eq!((of_bo.mentioned, of_bo.set_aside), (1, 2));
        let unread = async |db: &mut _, member| around::of(db, member, most).await.unwrap().unread;
        assert_eq!(unread(&mut db, BO).await - unread(&mut db, me).await, 1, "each reads for themselves");
    });
}
