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
    preg_match_all('/\.([\w-]+):1/', privacy_said($cookies, $material, $days, $now), $granted);
    return array_values(array_unique($granted[1]));
}

/** Whether a cookie header holds a choice, so that a page need not draw the question. */
function privacy_answered(string $cookies, string $material = '', int $days = 180, ?int $now = null): bool
{
    return privacy_said($cookies, $material, $days, $now) !== '';
}

function privacy_said(string $cookies, string $material, int $days, ?int $now): string
{
    if (preg_match_all(PRIVACY_CHOICE, $cookies, $found, PREG_SET_ORDER) !== 1) {
        return '';
    }
    [[, $asked, $at, $said]] = $found;
    $age = ($now ?? time()) - (int) $at;
    if (($material !== '' && $asked !== $material) || $age < -86400 || $age >= $days * 86400) {
        return '';
    }
    return $said;
}
