use crate::support::{NOW, on_both, user, write};
use tertulia_model::{Role, TokenId, UserId};
use tertulia_store::{
    StoreError,
    users::{self, ApiToken, Session, User},
};

#[test]
fn a_member_is_added_found_and_changed() {
    on_both(async |mut db| {
        write!(db, |tx| {
            users::add(tx, &user(1, " Amina@Example.org", Role::Owner)).await.unwrap();
            users::add(tx, &user(2, "bo@example.org", Role::Agent)).await.unwrap();
        });
        let amina = users::by_mail(&mut db, "AMINA@example.ORG ").await.unwrap().unwrap();
        assert_eq!(amina, User { mail: "amina@example.org".to_owned(), ..user(1, "", Role::Owner) });
        assert_eq!(users::count_active_owners(&mut db).await.unwrap(), 0, "an owner without a password opens nothing");
        write!(db, |tx| {
            users::set_password(tx, UserId(1), "$argon2id$…").await.unwrap();
            users::set_theme(tx, UserId(1), "dark").await.unwrap();
            users::set_name(tx, UserId(1), "Inés").await.unwrap();
            users::set_role(tx, UserId(2), Role::Viewer).await.unwrap();
        });
        assert_eq!(users::count_active_owners(&mut db).await.unwrap(), 1);
        let amina = users::get(&mut db, UserId(1)).await.unwrap().unwrap();
        assert_eq!((amina.password_hash.as_deref(), amina.theme.as_str()), (Some("$argon2id$…"), "dark"));
        assert_eq!(amina.name, "Inés");
        assert_eq!(users::get(&mut db, UserId(2)).await.unwrap().unwrap().role, Role::Viewer);
        assert_eq!(users::get(&mut db, UserId(3)).await.unwrap(), None);
        let mut names = users::names(&mut db).await.unwrap();
        names.sort_by_key(|named| named.id);
        assert_eq!(names.iter().map(|n| n.role).collect::<Vec<_>>(), [Role::Owner, Role::Viewer]);
        assert_eq!((&names[0].name, names[0].disabled_at), (&amina.name, None));
    });
}

#[test]
fn an_address_belongs_to_one_member_whatever_its_case() {
    on_both(async |db| {
        write!(db, |tx| users::add(tx, &user(1, "amina@example.org", Role::Owner)).await.unwrap());
        let mut tx = db.begin().await.unwrap();
        let refused = users::add(&mut tx, &user(2, "Amina@example.org", Role::Agent)).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    });
}

#[test]
fn changing_a_member_who_is_not_there_is_refused() {
    on_both(async |db| {
        let mut tx = db.begin().await.unwrap();
        assert!(matches!(users::set_theme(&mut tx, UserId(7), "dark").await, Err(StoreError::Broken(_))));
    });
}

#[test]
fn disabling_a_member_ends_sessions_and_keys_at_once() {
    on_both(async |mut db| {
        let session = |n: i64| Session { user_id: UserId(n), csrf: "c".to_owned(), expires_at: NOW + 1_000 };
        let token = ApiToken {
            id: TokenId(1),
            user_id: UserId(1),
            name: "Till".to_owned(),
            scopes: "read reply".to_owned(),
            created_at: NOW,
            used_at: None,
            revoked_at: None,
        };
        write!(db, |tx| {
            users::add(tx, &user(1, "a@example.org", Role::Agent)).await.unwrap();
            users::add(tx, &user(2, "b@example.org", Role::Agent)).await.unwrap();
            users::add_session(tx, b"one", &session(1), NOW).await.unwrap();
            users::add_session(tx, b"two", &session(2), NOW).await.unwrap();
            users::add_api_token(tx, b"key", &token).await.unwrap();
        });
        assert_eq!(users::api_token(&mut db, b"key").await.unwrap(), Some(token.clone()));
        write!(db, |tx| users::note_api_token_used(tx, TokenId(1), NOW + 3).await.unwrap());
        let used = ApiToken { used_at: Some(NOW + 3), ..token };
        assert_eq!(users::api_tokens(&mut db).await.unwrap(), [used]);
        write!(db, |tx| users::set_disabled(tx, UserId(1), Some(NOW)).await.unwrap());
        assert_eq!(users::session(&mut db, b"one", NOW).await.unwrap(), None);
        let signed_in = (user(2, "b@example.org", Role::Agent), session(2));
        assert_eq!(users::session(&mut db, b"two", NOW).await.unwrap(), Some(signed_in));
        assert_eq!(users::api_token(&mut db, b"key").await.unwrap(), None);
        let order: Vec<UserId> = users::all(&mut db).await.unwrap().into_iter().map(|u| u.id).collect();
        assert_eq!(order, [UserId(2), UserId(1)], "the disabled ones stand last");
        write!(db, |tx| users::set_disabled(tx, UserId(1), None).await.unwrap());
        assert_eq!(users::get(&mut db, UserId(1)).await.unwrap().unwrap().disabled_at, None);
    });
}

#[test]
fn a_session_lives_until_it_expires_or_ends() {
    on_both(async |mut db| {
        let session = Session { user_id: UserId(1), csrf: "c".to_owned(), expires_at: NOW + 10 };
        write!(db, |tx| {
            users::add(tx, &user(1, "a@example.org", Role::Agent)).await.unwrap();
            for name in [b"a", b"b", b"c", b"d"] {
                users::add_session(tx, name, &session, NOW).await.unwrap();
            }
            users::extend_session(tx, b"b", NOW + 100).await.unwrap();
            users::end_session(tx, b"c").await.unwrap();
        });
        assert!(users::session(&mut db, b"a", NOW + 9).await.unwrap().is_some());
        assert!(users::session(&mut db, b"a", NOW + 10).await.unwrap().is_none());
        assert!(users::session(&mut db, b"b", NOW + 10).await.unwrap().is_some());
        assert!(users::session(&mut db, b"c", NOW).await.unwrap().is_none());
        assert_eq!(write!(db, |tx| users::forget_expired(tx, NOW + 50).await.unwrap()), 2);
        write!(db, |tx| users::end_sessions(tx, UserId(1)).await.unwrap());
        assert!(users::session(&mut db, b"b", NOW).await.unwrap().is_none());
    });
}

#[test]
fn a_new_password_link_ends_the_earlier_one_and_is_used_once() {
    on_both(async |mut db| {
        write!(db, |tx| {
            users::add_password_link(tx, b"old", UserId(1), NOW, NOW + 10).await.unwrap();
            users::add_password_link(tx, b"new", UserId(1), NOW, NOW + 10).await.unwrap();
        });
        assert_eq!(users::password_link(&mut db, b"old", NOW).await.unwrap(), None);
        assert_eq!(users::password_link(&mut db, b"new", NOW).await.unwrap(), Some(UserId(1)));
        assert_eq!(users::password_link(&mut db, b"new", NOW + 10).await.unwrap(), None, "it has expired");
        write!(db, |tx| {
            assert!(users::use_password_link(tx, b"new").await.unwrap());
            assert!(!users::use_password_link(tx, b"new").await.unwrap(), "whoever comes second is told");
        });
        assert_eq!(users::password_link(&mut db, b"new", NOW).await.unwrap(), None);
        write!(db, |tx| {
            users::add_password_link(tx, b"one", UserId(1), NOW, NOW + 10).await.unwrap();
            users::add_password_link(tx, b"two", UserId(2), NOW, NOW + 10).await.unwrap();
            users::end_password_links(tx, UserId(1)).await.unwrap();
        });
        assert_eq!(users::password_link(&mut db, b"one", NOW).await.unwrap(), None);
        assert_eq!(users::password_link(&mut db, b"two", NOW).await.unwrap(), Some(UserId(2)));
    });
}

#[test]
fn a_revoked_key_opens_nothing_and_is_listed_no_more() {
    on_both(async |mut db| {
        let token = |n: i64| ApiToken {
            id: TokenId(n),
            user_id: UserId(1),
            name: format!("Key {n}"),
            scopes: "read".to_owned(),
            created_at: NOW,
            used_at: None,
            revoked_at: None,
        };
        write!(db, |tx| {
            users::add_api_token(tx, b"1", &token(1)).await.unwrap();
            users::add_api_token(tx, b"2", &token(2)).await.unwrap();
            users::revoke_api_token(tx, TokenId(1), NOW).await.unwrap();
        });
        assert_eq!(users::api_token(&mut db, b"1").await.unwrap(), None);
        assert_eq!(users::api_tokens(&mut db).await.unwrap(), [token(2)]);
    });
}
