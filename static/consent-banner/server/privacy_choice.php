<?php
// Which purposes a request carries consent for, so that a server's own cookies obey as well.
// Copy this file; it needs nothing else. privacy_granted($_SERVER['HTTP_COOKIE'] ?? '') is a list of
// purpose codes, empty for who was not asked, refused, or sent anything that is not exactly a choice.

const PRIVACY_CHOICE =
    '/(?:^|; ?)privacy_choice=1\.[\da-f]{32}\.([\da-f]{8})\.(\d{10})((?:\.[\w-]+:[01])+)(?=;|$)/D';

/**
 * The codes that a cookie header grants. Without $material a choice counts though the purposes were
 * changed since; $now is in seconds, and what is older than $days grants nothing.
 */
function privacy_granted(string $cookies, string $material = '', int $days = 180, ?int $now = null): array
{
    if (preg_match_all(PRIVACY_CHOICE, $cookies, $found, PREG_SET_ORDER) !== 1) {
        return [];
    }
    [[, $asked, $at, $said]] = $found;
    $age = ($now ?? time()) - (int) $at;
    if (($material !== '' && $asked !== $material) || $age < -86400 || $age >= $days * 86400) {
        return [];
    }
    $granted = [];
    foreach (explode('.', substr($said, 1)) as $answer) {
        [$code, $yes] = explode(':', $answer);
        if ($yes === '1') {
            $granted[] = $code;
        }
    }
    return array_values(array_unique($granted));
}
